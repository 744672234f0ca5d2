"""A breach counts when the repeat breaches too: the first reading at least so long after it, in time."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from simulators.oracle.point import Point

Judge = Callable[[Point], bool]
REST: Final = timedelta(minutes=1)
DAY: Final = timedelta(hours=24)


def nothing(_: Point) -> bool:
    return False


def repeated(
    points: Sequence[Point],
    breaks: Judge,
    *,
    after: timedelta = REST,
    alone: Judge = nothing,
    over: Judge | None = None,
) -> list[Point]:
    """Where episodes start. One is under way from its repeat on, or at once from a reading that counts `alone`; it ends
    at the first later reading that breaks nothing and, where that is said, is `over`."""
    starts = []
    at = 0
    while at < len(points):
        under_way = _begins(points, at, breaks, after, alone)
        if under_way is None:
            at += 1
            continue
        starts.append(points[at])
        at = under_way + 1
        while at < len(points) and (breaks(points[at]) or (over is not None and not over(points[at]))):
            at += 1
    return starts


def _begins(points: Sequence[Point], first: int, breaks: Judge, after: timedelta, alone: Judge) -> int | None:
    """The reading from which an episode that starts at `first` is under way; None when none starts there."""
    if not breaks(points[first]):
        return None
    if alone(points[first]):
        return first
    for later in range(first + 1, len(points)):
        waited = points[later].at - points[first].at
        if waited >= after:
            return later if waited <= DAY and breaks(points[later]) else None
        if alone(points[later]):  # it needs nobody before it
            return None
    return None
