"""A plot of layers over two axes, with a legend above and the words of limits at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from charts.axis import Axis
from charts.draw import draw_layer, draw_swatch
from charts.element import add, drawing, path, text_of, width_of, write
from charts.layers import Band, Bars, Layer, Limit
from charts.palette import FRAME, GRID
from charts.room import Room, spread

LEFT: Final = 52.0
RIGHT: Final = 66.0  # the same without limits, so that plots below each other have their dates below each other
BEFORE: Final = 28.0  # the words of the axis and a little air, beside the longest tick
FILLED: Final = Bars | Band
FOOT: Final = 40.0
HEAD: Final = 10.0
ROW: Final = 18.0
BESIDE: Final = 14.0  # least distance of two words of limits


@dataclass(frozen=True, slots=True)
class Plot:
    """`title` and `words` are its alternative text: what it shows, and what can be read from it."""

    title: str
    words: str
    x: Axis
    y: Axis
    layers: Sequence[Layer]
    limits: Sequence[Limit] = ()
    width: float = 720
    height: float = 260


def draw(plot: Plot) -> str:
    """SVG, as text."""
    rows = _legend_rows(plot)
    right = max([RIGHT, *(width_of(each.words) + 10 for each in plot.limits)])
    head = HEAD + ROW * len(rows)
    svg = drawing(plot.width, plot.height, plot.title, plot.words)
    left = max([LEFT, *(width_of(words) + BEFORE for _, words in plot.y.ticks)])
    foot = FOOT if plot.x.words else FOOT / 2
    room = Room(plot.x, plot.y, left, head, plot.width - left - right, plot.height - head - foot)
    _grid(svg, room)
    for layer in plot.layers:
        if isinstance(layer, FILLED):
            draw_layer(svg, room, layer)
    _limits(svg, room, plot.limits)  # over what is filled, under what is a point or a curve
    for layer in plot.layers:
        if not isinstance(layer, FILLED):
            draw_layer(svg, room, layer)
    _legend(svg, rows)
    return text_of(svg)


def _grid(svg: Element, room: Room) -> None:
    for value, words in room.y.ticks:
        y = room.down(value)
        add(svg, "line", x1=room.left, x2=room.right, y1=y, y2=y, stroke=GRID)
        write(svg, room.left - 6, y + 4, words, text_anchor="end")
    for value, words in room.x.ticks:
        x = room.across(value)
        add(svg, "line", x1=x, x2=x, y1=room.bottom, y2=room.bottom + 4, stroke=FRAME)
        write(svg, x, room.bottom + 16, words, text_anchor="middle")
    add(svg, "rect", x=room.left, y=room.top, width=room.wide, height=room.high, fill="none", stroke=FRAME)
    write(svg, room.left + room.wide / 2, room.bottom + 32, room.x.words, text_anchor="middle")
    middle = room.top + room.high / 2
    write(svg, 12, middle, room.y.words, text_anchor="middle", transform=f"rotate(-90 12 {middle:.1f})")


def _limits(svg: Element, room: Room, limits: Sequence[Limit]) -> None:
    places = spread([room.down(each.y) for each in limits], BESIDE, room.top, room.bottom)
    for limit, place in zip(limits, places, strict=True):
        y = room.down(limit.y)
        along = path([(room.left, y), (room.right, y)])
        add(svg, "path", d=along, stroke="white", stroke_width=3, stroke_opacity=0.7)  # or it is lost in dark bars
        add(svg, "path", d=along, stroke=limit.colour, stroke_dasharray=limit.dash)
        write(svg, room.right + 6, place + 4, limit.words, fill=limit.colour)


def _legend_rows(plot: Plot) -> list[list[tuple[float, Layer]]]:
    """The named layers, each with its place, in as many rows as they need."""
    rows: list[list[tuple[float, Layer]]] = []
    x = plot.width
    for layer in (each for each in plot.layers if each.name):
        needed = width_of(layer.name) + 40
        if x + needed > plot.width:
            rows.append([])
            x = LEFT
        rows[-1].append((x, layer))
        x += needed
    return rows


def _legend(svg: Element, rows: Sequence[Sequence[tuple[float, Layer]]]) -> None:
    for number, row in enumerate(rows):
        y = HEAD + ROW * number + 3
        for x, layer in row:
            draw_swatch(svg, x, y, layer)
            write(svg, x + 26, y + 4, layer.name)
