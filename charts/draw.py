"""How each kind of layer is drawn, and its sample in the legend."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import Element

from charts.element import add, path
from charts.layers import Band, Bars, Dots, Layer, Line
from charts.room import Room

LEAST: Final = 1.1
ALONE: Final = 7.0  # how long a point of a line is that has no neighbour; a disc would be a reading
Spot = tuple[float, float]


def runs(points: Sequence[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Points in a row without a gap among them."""
    run: list[tuple[Any, ...]] = []
    for point in points:
        if None not in point:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _line(svg: Element, room: Room, line: Line) -> None:
    for run in runs(line.points):
        spots = [room.at(x, y) for x, y in run]
        if len(spots) == 1:
            (x, y), half = spots[0], ALONE / 2
            add(svg, "path", d=path([(x - half, y), (x + half, y)]), stroke=line.colour, stroke_width=line.width)
        else:
            style = {"stroke_dasharray": line.dash} if line.dash else {}
            add(
                svg, "path", d=path(spots), fill="none", stroke=line.colour, stroke_width=line.width,
                stroke_linejoin="round", **style,
            )  # fmt: skip


def _band(svg: Element, room: Room, band: Band) -> None:
    for run in runs(band.points):
        over = [room.at(x, high) for x, _, high in run]
        under = [room.at(x, low) for x, low, _ in reversed(run)]
        add(svg, "path", d=path(over + under, close=True), fill=band.colour, stroke=band.colour)


def _dots(svg: Element, room: Room, dots: Dots) -> None:
    drawn = replace(dots, size=crowded(dots, room.wide))
    for run in runs(dots.points):
        for x, y in run:
            _dot(svg, room.at(x, y), drawn)


def crowded(dots: Dots, wide: float) -> float:
    """The radius: smaller where thousands would become one dark band, under which nothing is seen."""
    return min(dots.size, max(2 * wide / max(len(dots.points), 1), LEAST))


def _dot(svg: Element, spot: Spot, dots: Dots) -> None:
    (x, y), r = spot, dots.size
    if dots.shape in ("disc", "ring"):
        fill = {"fill": dots.colour} if dots.shape == "disc" else {"fill": "white", "stroke": dots.colour}
        add(svg, "circle", cx=x, cy=y, r=r, **fill)
    elif dots.shape == "square":
        add(svg, "rect", x=x - r, y=y - r, width=2 * r, height=2 * r, fill=dots.colour)
    else:
        corners = [(x, y - 1.4 * r), (x + 1.3 * r, y + r), (x - 1.3 * r, y + r)]
        add(svg, "path", d=path(corners, close=True), fill=dots.colour)


def _bars(svg: Element, room: Room, bars: Bars) -> None:
    for run in runs(bars.points):
        for x, y in run:
            left, top = room.at(x, y)
            wide = room.across(x + bars.width) - left
            _bar(svg, bars, left, top, max(wide, 0.8), max(room.bottom - top, 0.8))


def _bar(svg: Element, bars: Bars, x: float, y: float, wide: float, high: float) -> None:
    style = {"fill": "white", "stroke": bars.colour} if bars.hollow else {"fill": bars.colour}
    add(svg, "rect", x=x, y=y, width=wide, height=high, **style)


DRAW: Final[Mapping[type, Callable[[Element, Room, Any], None]]] = MappingProxyType(
    {Line: _line, Band: _band, Dots: _dots, Bars: _bars}
)


def draw_layer(svg: Element, room: Room, layer: Layer) -> None:
    """In a group of its own, which says how many points it has."""
    count = sum(None not in point for point in layer.points)
    group = add(svg, "g", data_series=layer.name, data_points=str(count))
    DRAW[type(layer)](group, room, layer)


def draw_swatch(svg: Element, x: float, y: float, layer: Layer) -> None:
    """A sample, 20 wide, about `y`."""
    if isinstance(layer, Line):
        style = {"stroke_dasharray": layer.dash} if layer.dash else {}
        add(svg, "line", x1=x, x2=x + 20, y1=y, y2=y, stroke=layer.colour, stroke_width=layer.width, **style)
    elif isinstance(layer, Dots):
        _dot(svg, (x + 10, y), layer)
    elif isinstance(layer, Bars):
        _bar(svg, layer, x + 4, y - 5, 12, 10)
    else:
        add(svg, "rect", x=x, y=y - 5, width=20, height=10, fill=layer.colour)
