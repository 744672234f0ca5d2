"""Events of a sensor that samples every five minutes: CGM-L2, CGM-L1, CGM-PROL and CGM-H2.

15 minutes are three samples, 120 are 24, 90 are 18; half a minute and a minute are left for their jitter.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from simulators.oracle.glucose import LOW, VERY_LOW, under
from simulators.oracle.highs import AFTER_MEAL, VERY_HIGH, over
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen

APART: Final = 7.5 * 60  # seconds; farther apart a sample is missing between them
QUARTER: Final = 9.5 * 60  # from the first of three samples to the third
TWO_HOURS: Final = 114 * 60  # from the first of 24 to the last
NINETY: Final = 89 * 60
WITHIN: Final = timedelta(minutes=120)
SAMPLE: Final = 5 * 60
Judge = Callable[[Point], bool]


def cgm_l2(seen: Seen) -> list[Point]:
    """Lost clocks too, as for every critical rule."""
    return _events(seen.points, lambda point: under(point, VERY_LOW), QUARTER)


def cgm_prol(seen: Seen) -> list[Point]:
    return _events(seen.points, lambda point: under(point, VERY_LOW), TWO_HOURS)


def cgm_l1(seen: Seen) -> list[Point]:
    """What is below 54 is below 70 too."""
    return _events(seen.sure.points, lambda point: under(point, LOW), QUARTER)


def _events(points: Sequence[Point], low: Judge, long: float) -> list[Point]:
    """So long in a row begins one, a quarter of an hour in a row at 70 or more ends it."""
    starts: list[Point] = []
    at = 0
    while at < len(points):
        first, last = _long_enough(points, at, low, long)
        if first is None:
            return starts
        starts.append(points[first])
        _, end = _long_enough(points, last + 1, lambda point: not under(point, LOW), QUARTER)
        at = end + 1
    return starts


def _long_enough(points: Sequence[Point], since: int, holds: Judge, long: float) -> tuple[int | None, int]:
    """First and last of the first neighbours from `since` on that all hold for long enough; (None, end) if none do."""
    first = since
    for n in range(since, len(points)):
        if not holds(points[n]):
            first = n + 1
            continue
        if n > first and _seconds(points[n - 1], points[n]) > APART:
            first = n
        if _seconds(points[first], points[n]) >= long:
            return first, n
    return None, len(points)


def cgm_h2(seen: Seen) -> list[Point]:
    """Above 250 for 90 of 120 minutes; each sample stands for the time since the one before, for five minutes where
    that is missing. It starts with the first of those samples and ends after a quarter of an hour at 180 or below."""
    points = seen.sure.points
    starts: list[Point] = []
    at = 0
    while at < len(points):
        first, last = _adds_up(points, at)
        if first is None:
            return starts
        starts.append(points[first])
        _, end = _long_enough(points, last + 1, lambda point: not over(point, AFTER_MEAL), QUARTER)
        at = end + 1
    return starts


def _adds_up(points: Sequence[Point], since: int) -> tuple[int | None, int]:
    high: list[int] = []
    for n in range(since, len(points)):
        if not over(points[n], VERY_HIGH):
            continue
        high = [each for each in [*high, n] if points[n].at - points[each].at < WITHIN]
        if sum(_stands_for(points, each) for each in high) >= NINETY:
            return high[0], n
    return None, len(points)


def _stands_for(points: Sequence[Point], n: int) -> float:
    since = _seconds(points[n - 1], points[n]) if n else APART + 1
    return since if since <= APART else SAMPLE


def _seconds(earlier: Point, later: Point) -> float:
    return (later.at - earlier.at).total_seconds()
