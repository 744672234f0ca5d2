"""One bar of shares that add up to the whole, with the words of each beside it, however thin it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from charts.element import add, drawing, text_of, write
from charts.palette import FRAME, MUTED
from charts.room import spread

HIGH: Final = 210.0
TOP: Final = 22.0
LEFT: Final = 8.0
WIDE: Final = 64.0
APART: Final = 34.0


@dataclass(frozen=True, slots=True)
class Part:
    """`share` in percent; `words` and, below them in grey, `more`."""

    share: float
    words: str
    more: str
    colour: str


def draw_stack(title: str, words: str, parts: Sequence[Part], width: float = 360) -> str:
    """SVG, as text; the first part is at the top."""
    svg = drawing(width, TOP + HIGH + TOP, title, words)
    edges = [TOP]
    for part in parts:
        edges.append(edges[-1] + HIGH * part.share / 100)
    middles = [(one + two) / 2 for one, two in pairwise(edges)]
    places = spread(middles, APART, TOP - 6, TOP + HIGH - 2)
    for part, edge, middle, place in zip(parts, edges, middles, places, strict=False):
        group = add(svg, "g", data_series=part.words, data_share=f"{part.share:.3f}")
        _part(group, part, edge, middle, place)
    return text_of(svg)


def _part(group: Element, part: Part, edge: float, middle: float, place: float) -> None:
    high = HIGH * part.share / 100
    if high > 0:
        add(
            group, "rect", x=LEFT, y=edge, width=WIDE, height=high, fill=part.colour, stroke="#444444", stroke_width=0.6
        )
    knee = LEFT + WIDE + 12
    steps = f"{LEFT + WIDE:.1f},{middle:.1f} {knee:.1f},{middle:.1f} {knee + 14:.1f},{place:.1f}"
    add(group, "polyline", points=steps, fill="none", stroke=FRAME)
    add(group, "rect", x=knee + 18, y=place - 6, width=12, height=12, fill=part.colour, stroke="#444444")
    write(group, knee + 36, place + 1, part.words, size=12.5, font_weight="bold")
    write(group, knee + 36, place + 15, part.more, fill=MUTED)
