"""Rows of counts as bars across, all as wide as the row's whole, with the counts written in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from charts.element import add, drawing, text_of, width_of, write
from charts.palette import FRAME, INK, MUTED

LEFT: Final = 172.0
RIGHT: Final = 60.0
WIDTH: Final = 720.0
ROW: Final = 26.0
HEAD: Final = 24.0
LETTERS: Final = 28


@dataclass(frozen=True, slots=True)
class Kind:
    """How a part looks and what the legend says of it."""

    words: str
    fill: str
    ink: str = INK


@dataclass(frozen=True, slots=True)
class Row:
    """`counts`: kind → how many; `beside` stands at the right."""

    words: str
    counts: Mapping[str, int]
    beside: str = ""


def draw_shares(title: str, words: str, rows: Sequence[Row], kinds: Mapping[str, Kind]) -> str:
    """SVG, as text; a row without anything is an empty frame."""
    legend = _places(kinds)
    head = HEAD * (1 + max(line for line, _ in legend.values())) if legend else HEAD
    svg = drawing(WIDTH, head + ROW * len(rows) + 4, title, words)
    for name, (line, x) in legend.items():
        add(svg, "rect", x=x, y=HEAD * line + 3, width=14, height=12, fill=kinds[name].fill, stroke=FRAME)
        write(svg, x + 19, HEAD * line + 13, kinds[name].words, size=10.5)
    for number, row in enumerate(rows):
        _row(svg, head + ROW * number, row, kinds)
    return text_of(svg)


def _places(kinds: Mapping[str, Kind]) -> dict[str, tuple[int, float]]:
    """(line, x) of each in the legend."""
    line, x, found = 0, 4.0, dict[str, tuple[int, float]]()
    for name, kind in kinds.items():
        needed = width_of(kind.words, 10.5) + 34
        if x + needed > WIDTH:
            line, x = line + 1, 4.0
        found[name] = line, x
        x += needed
    return found


def _row(svg: Element, top: float, row: Row, kinds: Mapping[str, Kind]) -> None:
    whole, wide, x = sum(row.counts.values()), WIDTH - LEFT - RIGHT, LEFT
    group = add(svg, "g", data_series=row.words, data_points=str(whole))
    short = row.words if len(row.words) <= LETTERS else f"{row.words[: LETTERS - 1]}…"
    write(group, 4, top + 14, short, size=10.5)
    for name, kind in kinds.items():
        count = row.counts.get(name, 0)
        if not count:
            continue
        part = wide * count / whole
        add(group, "rect", x=x, y=top + 2, width=part, height=ROW - 8, fill=kind.fill, stroke=FRAME)
        if width_of(str(count), 10.5) + 4 < part:
            write(group, x + part / 2, top + 15, str(count), size=10.5, fill=kind.ink, text_anchor="middle")
        x += part
    if not whole:
        add(group, "rect", x=LEFT, y=top + 2, width=wide, height=ROW - 8, fill="none", stroke=FRAME)
    write(group, WIDTH - RIGHT + 6, top + 14, row.beside, size=10.5, fill=MUTED)
