"""Everything about one person on one time axis: strips of readings above each other, and lanes of what held or was done
under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from charts.axis import Axis
from charts.draw import draw_layer, draw_swatch
from charts.element import add, drawing, text_of, width_of, write
from charts.layers import Layer, Limit
from charts.palette import FRAME, GRID, MUTED
from charts.room import Room, spread

GUTTER: Final = 160.0
RIGHT: Final = 52.0
HEAD: Final = 26.0
FOOT: Final = 28.0
GAP: Final = 12.0
LANE: Final = 19.0
LETTERS: Final = 24  # of a lane's name, so that it stays in the gutter
THINNEST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Strip:
    """One measure over the shared x; its layers are named beside it."""

    words: str
    y: Axis
    layers: Sequence[Layer]
    limits: Sequence[Limit] = ()
    high: float = 84.0


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to `until` in units of x."""

    since: float
    until: float
    colour: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """What held, when: spans with words in them where there is room, and `marks` (x, sign) of what happened in it."""

    words: str
    spans: Sequence[Span]
    marks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, slots=True)
class Strips:
    """`divide` is where the period begins, what lies before it being the period it is compared with; `names` are of the
    two, `signs` say what the marks of lanes mean."""

    title: str
    words: str
    x: Axis
    strips: Sequence[Strip]
    lanes: Sequence[Lane]
    divide: float
    names: tuple[str, str]
    signs: str = ""
    width: float = 720.0


def draw_strips(sheet: Strips) -> str:
    """SVG, as text."""
    tall = sum(each.high + GAP for each in sheet.strips) + LANE * len(sheet.lanes)
    foot = FOOT + (LANE if sheet.signs else 0)
    svg = drawing(sheet.width, HEAD + tall + foot, sheet.title, sheet.words)
    top = HEAD
    for strip in sheet.strips:
        _strip(svg, _room(sheet, strip.y, top, strip.high), strip)
        top += strip.high + GAP
    for lane in sheet.lanes:
        _lane(svg, _room(sheet, Axis(0, 1, ()), top, LANE - 3), lane)
        top += LANE
    _time(svg, _room(sheet, Axis(0, 1, ()), HEAD, tall), sheet)
    return text_of(svg)


def _room(sheet: Strips, y: Axis, top: float, high: float) -> Room:
    return Room(sheet.x, y, GUTTER, top, sheet.width - GUTTER - RIGHT, high)


def _strip(svg: Element, room: Room, strip: Strip) -> None:
    for value, words in strip.y.ticks:
        add(svg, "line", x1=room.left, x2=room.right, y1=room.down(value), y2=room.down(value), stroke=GRID)
        write(svg, room.left - 5, room.down(value) + 3.5, words, size=9, text_anchor="end")
    for layer in strip.layers:
        draw_layer(svg, room, layer)
    add(svg, "rect", x=room.left, y=room.top, width=room.wide, height=room.high, fill="none", stroke=FRAME)
    write(svg, 4, room.top + 10, strip.words, size=10, font_weight="bold")
    for number, layer in enumerate(each for each in strip.layers if each.name):
        y = room.top + 25 + 14 * number
        draw_swatch(svg, 6, y, layer)
        write(svg, 31, y + 3.5, layer.name, size=9.5)
    places = spread([room.down(each.y) for each in strip.limits], 11, room.top + 4, room.bottom - 2)
    for limit, place in zip(strip.limits, places, strict=True):
        y = room.down(limit.y)
        add(svg, "line", x1=room.left, x2=room.right, y1=y, y2=y, stroke=limit.colour, stroke_dasharray=limit.dash)
        write(svg, room.right + 5, place + 3.5, limit.words, size=9.5, fill=limit.colour)


def _lane(svg: Element, room: Room, lane: Lane) -> None:
    group = add(svg, "g", data_series=lane.words, data_points=str(len(lane.spans) + len(lane.marks)))
    short = lane.words if len(lane.words) <= LETTERS else f"{lane.words[: LETTERS - 1]}…"
    write(group, 4, room.top + 11, short, size=10)
    add(group, "line", x1=room.left, x2=room.right, y1=room.bottom, y2=room.bottom, stroke=GRID)
    for span in lane.spans:
        _span(group, room, span)
    for x, sign in lane.marks:
        write(group, room.across(x), room.top + 12, sign, size=11, text_anchor="middle", font_weight="bold",
              stroke="white", stroke_width=2.4, paint_order="stroke")  # fmt: skip


def _span(group: Element, room: Room, span: Span) -> None:
    left = min(room.across(span.since), room.right - THINNEST)
    wide = max(room.across(span.until) - left, THINNEST)
    add(
        group,
        "rect",
        x=left,
        y=room.top + 2,
        width=wide,
        height=room.high - 4,
        fill=span.colour,
        stroke=FRAME,
        stroke_width=0.6,
    )
    if span.words and width_of(span.words, 9) < wide - 6:
        write(group, left + 4, room.top + 11.5, span.words, size=9)


def _time(svg: Element, room: Room, sheet: Strips) -> None:
    """The dates under everything, and where the one period ends and the other begins."""
    for value, words in sheet.x.ticks:
        x = room.across(value)
        add(svg, "line", x1=x, x2=x, y1=room.bottom, y2=room.bottom + 4, stroke=FRAME)
        write(svg, x, room.bottom + 16, words, size=10, text_anchor="middle")
    middle = room.across(sheet.divide)
    add(svg, "line", x1=middle, x2=middle, y1=HEAD - 6, y2=room.bottom, stroke=FRAME, stroke_dasharray="2 3")
    ends = (room.left, middle), (middle, room.right)
    for name, (left, right) in zip(sheet.names, ends, strict=True):
        write(svg, (left + right) / 2, HEAD - 9, name, size=10.5, text_anchor="middle", fill=MUTED)
    if sheet.signs:
        write(svg, room.left, room.bottom + 32, sheet.signs, size=9.5, fill=MUTED)
