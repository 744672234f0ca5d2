"""What weeks of pressures show: BP-HOME-EU and -US, BP-DROP, BP-RISE; by what can be believed.

Slow and plain: each reading is judged over all the readings up to it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from math import floor, sqrt
from statistics import median
from typing import Final, TypeVar

from simulators.oracle.believable import believable
from simulators.oracle.point import Point
from simulators.oracle.pressure import expecting, mmhg
from simulators.oracle.seen import Seen, rows

WEEK: Final = timedelta(days=7)
NOW: Final = timedelta(0)
FIVE_WEEKS: Final = timedelta(days=35)
STEEP: Final = 0.5  # mmHg a day
NEAR: Final = 1e-9  # where floating point may not tell, exact numbers do
N = TypeVar("N", float, Fraction)
Days = dict[date, list[Point]]


def bp_home_eu(seen: Seen) -> list[Point]:
    return _home(seen, 135, 85, without_first=True)


def bp_home_us(seen: Seen) -> list[Point]:
    return _home(seen, 130, 80, without_first=False)


def _home(seen: Seen, systolic: int, diastolic: int, *, without_first: bool) -> list[Point]:
    """The mean of seven dates, from 12 readings on 3 days on; the first date with readings may be left out."""
    sure = believable(seen, "blood_pressure").points

    def high(point: Point) -> bool | None:
        days = _days(seen, sure, point, 7)
        kept = sorted(days)[1:] if without_first else sorted(days)
        used = [each for day in kept for each in days[day]]
        if len(kept) < 3 or len(used) < 12:
            return None
        if expecting(seen, point):
            return False
        return mean(used, "systolic") >= systolic or mean(used, "diastolic") >= diastolic

    return rows(sure, high)


def bp_drop(seen: Seen) -> list[Point]:
    """Seven days against the 28 before, from six readings each."""
    sure = believable(seen, "blood_pressure").points

    def down(point: Point) -> bool | None:
        recent, before = weeks_of(sure, point)
        if min(len(recent), len(before)) < 6:
            return None
        if expecting(seen, point):
            return False
        return mean(recent, "systolic") - mean(before, "systolic") <= -20

    return rows(sure, down)


def bp_rise(seen: Seen) -> list[Point]:
    """Up by 10 or 5 against the 28 days before; or a slope of 0.5 a day over 21 dates that is surely above 0."""
    sure = believable(seen, "blood_pressure").points

    def up(point: Point) -> bool | None:
        recent, before = weeks_of(sure, point)
        days, enough = _days(seen, sure, point, 21), min(len(recent), len(before)) >= 6
        if not enough and len(days) < 10:
            return None
        if expecting(seen, point):
            return False
        if enough:
            grown = {name: mean(recent, name) - mean(before, name) for name in ("systolic", "diastolic")}
            if grown["systolic"] >= 10 or grown["diastolic"] >= 5:
                return True
        return _climbs(days)

    return rows(sure, up)


def mean(points: Sequence[Point], name: str) -> Fraction:
    return Fraction(sum(mmhg(point, name) for point in points)) / len(points)


def weeks_of(points: Sequence[Point], last: Point) -> tuple[Sequence[Point], Sequence[Point]]:
    """The seven days that end with `last`, and the 28 before them; each without the instant at which it begins."""
    begin, middle, end = (bisect_right(points, last.at - span, key=when) for span in (FIVE_WEEKS, WEEK, NOW))
    return points[middle:end], points[begin:middle]


def when(point: Point) -> datetime:
    return point.at


def _days(seen: Seen, points: Sequence[Point], last: Point, dates: int) -> Days:
    """The points of so many dates that end with the date of `last`, none after it."""
    today = seen.day(last)
    begin, end = (bisect_right(points, last.at - span, key=when) for span in (timedelta(days=dates + 1), NOW))
    days: Days = {}
    for point in points[begin:end]:
        if seen.day(point) > today - timedelta(days=dates):
            days.setdefault(seen.day(point), []).append(point)
    return days


def _climbs(days: Days) -> bool:
    """Theil–Sen over the daily means, with Sen's interval of 95 %; ten days are enough."""
    if len(days) < 10:
        return False
    sums = [
        (day, sum(mmhg(point, "systolic") for point in points), len(points)) for day, points in sorted(days.items())
    ]
    middle, lower = _theil_sen([(day.toordinal(), float(total) / count) for day, total, count in sums])
    if min(abs(middle - STEEP), abs(lower)) < NEAR:
        return _steep(*_theil_sen([(day.toordinal(), Fraction(total) / count) for day, total, count in sums]))
    return _steep(middle, lower)


def _steep(middle: float | Fraction, lower: float | Fraction) -> bool:
    return middle >= STEEP and lower > 0


def _theil_sen(points: Sequence[tuple[int, N]]) -> tuple[N, N]:
    """The median of all slopes, and the one that 97.5 % confidence leaves below it."""
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    n = len(points)
    spread = 1.959963984540054 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return median(slopes), slopes[floor((len(slopes) - spread) / 2) - 1]
