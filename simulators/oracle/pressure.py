"""Pressures that count by themselves: BP-SEV and BP-PREG with their repeat, BP-LOW-CRIT without any."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from simulators.oracle.point import Point
from simulators.oracle.seen import Seen, rows

MMHG_IN: Final = {"mmHg": Decimal(1), "kPa": Decimal("7.500615758")}
AFTER_BIRTH: Final = timedelta(weeks=6)
Judge = Callable[[Point], bool]


def mmhg(point: Point, name: str) -> Decimal:
    return _mmhg(*point.values[name])


@lru_cache(10_000)
def _mmhg(text: str, unit: str) -> Decimal:
    return Decimal(text) * MMHG_IN[unit]


def reaches(point: Point, systolic: int, diastolic: int) -> bool:
    return mmhg(point, "systolic") >= systolic or mmhg(point, "diastolic") >= diastolic


def expecting(seen: Seen, point: Point) -> bool:
    return seen.has("condition", "pregnancy", point.at)


def bp_sev(seen: Seen) -> list[Point]:
    """Starts at 180 or 120; a repeat after 1 to 15 minutes may dismiss it; ends at two in a row below 170/110. Lost
    clocks are judged among the others."""
    return crises(seen.points, lambda point: reaches(point, 180, 120), lambda point: not reaches(point, 170, 110), 2)


def bp_preg(seen: Seen) -> list[Point]:
    """Pregnant, or within six weeks of the birth: starts at 160 or 110, may be dismissed likewise, and ends at the
    first reading below that."""

    def severe(point: Point) -> bool:
        return reaches(point, 160, 110) and seen.has("condition", "pregnancy", point.at, AFTER_BIRTH)

    return crises(seen.points, severe, lambda point: not severe(point), 1)


def bp_low_crit(seen: Seen) -> list[Point]:
    """Below 80, or below 90 while dizziness or syncope is reported; lost clocks too."""

    def low(point: Point) -> bool:
        felt = any(seen.has("symptom", each, point.at) for each in ("dizziness", "syncope"))
        return mmhg(point, "systolic") < (90 if felt else 80)

    return rows(seen.points, low)


def crises(points: Sequence[Point], severe: Judge, calm: Judge, calms: int) -> list[Point]:
    starts = []
    at = 0
    while at < len(points):
        if severe(points[at]):
            starts.append(points[at])
            at = _after(points, at, severe, calm, calms)
        else:
            at += 1
    return starts


def _after(points: Sequence[Point], start: int, severe: Judge, calm: Judge, calms: int) -> int:
    """Where the next episode may start when one started at `start`: behind the repeat that dismissed it, or behind so
    many calm ones in a row."""
    waited = [(point.at - points[start].at).total_seconds() for point in points]
    at = start + 1
    while at < len(points) and waited[at] < 60:
        at += 1
    if at < len(points) and waited[at] <= 15 * 60:
        at += 1
        if not severe(points[at - 1]):
            return at
    ends = (end for end in range(at + calms, len(points) + 1) if all(calm(each) for each in points[end - calms : end]))
    return next(ends, len(points))
