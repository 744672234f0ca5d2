"""CGM-L2: a quarter of an hour below level 2 begins it, a quarter of an hour at 70 or more ends it."""

from collections.abc import Callable
from typing import Final

from simulators.oracle.glucose import LOW, VERY_LOW, under
from simulators.oracle.point import Point

APART: Final = 7.5 * 60  # seconds; farther apart a sample is missing between them
LONG: Final = 9.5 * 60  # from the first of three samples to the third


def cgm_l2(points: list[Point]) -> list[Point]:
    starts: list[Point] = []
    at = 0
    while at < len(points):
        first, last = _quarter(points, at, lambda point: under(point, VERY_LOW))
        if first is None:
            return starts
        starts.append(points[first])
        _, end = _quarter(points, last + 1, lambda point: not under(point, LOW))
        at = end + 1
    return starts


def _quarter(points: list[Point], since: int, holds: Callable[[Point], bool]) -> tuple[int | None, int]:
    """First and last of the first neighbours from `since` on that all hold for long enough; (None, end) if none do."""
    first = since
    for n in range(since, len(points)):
        if not holds(points[n]):
            first = n + 1
            continue
        if n > first and _seconds(points[n - 1], points[n]) > APART:
            first = n
        if _seconds(points[first], points[n]) >= LONG:
            return first, n
    return None, len(points)


def _seconds(earlier: Point, later: Point) -> float:
    return (later.at - earlier.at).total_seconds()
