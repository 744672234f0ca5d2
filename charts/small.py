"""Many small plots of a day each, a week in a row, with what is above and below two limits shaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from charts.axis import Axis
from charts.draw import runs
from charts.element import add, drawing, path, text_of, write
from charts.layers import Point
from charts.palette import DARK, FRAME, HIGH, MUTED, TARGET, VERY_LOW
from charts.room import Room

WHOLE: Final = 732.0
WEEK: Final = 7
TALL: Final = 62.0
LEFT: Final = 30.0
HEAD: Final = 18.0
GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class Day:
    """Points are (minutes since midnight, value), a y of None being a gap."""

    words: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Days:
    """`low` and `high` are the ends of the target range, drawn in each day; `joined` says whether points are one curve
    (a sensor) or single ones (a meter)."""

    title: str
    words: str
    days: Sequence[Day]
    y: Axis
    low: float
    high: float
    joined: bool = True


def draw_days(days: Days) -> str:
    """SVG, as text."""
    count = in_a_row(len(days.days))
    rows, wide = max(-(-len(days.days) // count), 1), (WHOLE - LEFT) / count
    svg = drawing(WHOLE, rows * (TALL + HEAD + GAP) + 20, days.title, days.words)
    for number, day in enumerate(days.days):
        row, column = divmod(number, count)
        room = Room(Axis(0, 1440, ()), days.y, LEFT + column * wide, row * (TALL + HEAD + GAP) + HEAD, wide - 4, TALL)
        if column == 0:
            _scale(svg, room, days)
        _day(add(svg, "g", data_day=day.words, data_points=str(len(day.points))), room, days, day)
    for column in range(len(days.days) - (rows - 1) * count):
        bottom = rows * (TALL + HEAD + GAP) + 6
        write(svg, LEFT + column * wide + (wide - 4) / 2, bottom, "12:00", size=9, fill=MUTED, text_anchor="middle")
    return text_of(svg)


def in_a_row(days: int) -> int:
    """A week, or a day more where one day alone would begin a row: a period that ends at noon touches one date more."""
    return WEEK + 1 if days > WEEK and days % WEEK == 1 else WEEK


def _scale(svg: Element, room: Room, days: Days) -> None:
    """The ends of the target range, left of each row."""
    for value in (days.low, days.high):
        write(svg, room.left - 3, room.down(value) + 3, f"{value:g}", size=9, fill=MUTED, text_anchor="end")


def _day(group: Element, room: Room, days: Days, day: Day) -> None:
    low, high = room.down(days.low), room.down(days.high)
    add(group, "rect", x=room.left, y=high, width=room.wide, height=low - high, fill=TARGET)
    if not day.points:
        place = room.left + room.wide / 2, room.top + 14
        write(group, *place, "no readings", size=9, fill=MUTED, text_anchor="middle")
    for run in runs(day.points):
        if days.joined:
            _beyond(group, room, run, days.high, HIGH, above=True)
            _beyond(group, room, run, days.low, VERY_LOW, above=False)
            add(group, "path", d=path([room.at(x, y) for x, y in run]), fill="none", stroke=DARK)
        else:
            _spots(group, room, days, run)
    middle = room.across(720)
    add(group, "line", x1=middle, x2=middle, y1=room.bottom, y2=room.bottom - 4, stroke=FRAME)
    add(group, "rect", x=room.left, y=room.top, width=room.wide, height=room.high, fill="none", stroke=FRAME)
    write(group, room.left + 2, room.top - 4, day.words, size=10)


def _beyond(
    group: Element, room: Room, run: list[tuple[float, float]], limit: float, colour: str, *, above: bool
) -> None:
    """The area between the curve and the limit, where the curve is beyond it."""
    pick = max if above else min
    curve = [room.at(x, pick(y, limit)) for x, y in run]
    if all(y == limit for y in (pick(y, limit) for _, y in run)):
        return
    edge = [room.at(run[-1][0], limit), room.at(run[0][0], limit)]
    add(group, "path", d=path(curve + edge, close=True), fill=colour)


def _spots(group: Element, room: Room, days: Days, run: list[tuple[float, float]]) -> None:
    for x, y in run:
        colour = HIGH if y > days.high else VERY_LOW if y < days.low else DARK
        across, down = room.at(x, y)
        add(group, "circle", cx=across, cy=down, r=2.6, fill=colour, stroke=DARK)
