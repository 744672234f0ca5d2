"""BP-SEV: starts at 180 or 120; a repeat after 1 to 15 minutes may dismiss it; ends at two in a row below 170/110."""

from decimal import Decimal
from typing import Final

from simulators.oracle.point import Point

MMHG_IN: Final = {"mmHg": Decimal(1), "kPa": Decimal("7.500615758")}


def bp_sev(points: list[Point]) -> list[Point]:
    """The readings at which an episode starts; `points` in order of time, lost clocks among them."""
    starts = []
    at = 0
    while at < len(points):
        if _severe(points[at]):
            starts.append(points[at])
            at = _after(points, at)
        else:
            at += 1
    return starts


def _after(points: list[Point], start: int) -> int:
    """Where the next episode may start when one started at `start`."""
    waited = [(point.at - points[start].at).total_seconds() for point in points]
    at = start + 1
    while at < len(points) and waited[at] < 60:
        at += 1
    if at < len(points) and waited[at] <= 15 * 60:
        at += 1
        if not _severe(points[at - 1]):
            return at
    calm = (end for end in range(at + 2, len(points) + 1) if _calm(points[end - 2]) and _calm(points[end - 1]))
    return next(calm, len(points))


def _severe(point: Point) -> bool:
    return _mmhg(point, "systolic") >= 180 or _mmhg(point, "diastolic") >= 120


def _calm(point: Point) -> bool:
    return _mmhg(point, "systolic") < 170 and _mmhg(point, "diastolic") < 110


def _mmhg(point: Point, name: str) -> Decimal:
    return point.number(name) * MMHG_IN[point.values[name][1]]
