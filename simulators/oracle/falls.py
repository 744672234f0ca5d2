"""How fast a sensor falls: CGM-ROC and CGM-ULS, by a least-squares line through its last 20 minutes.

At least three samples over 15 minutes (half a minute is left for jitter) tell a slope; with fewer nothing is judged, so
that nothing begins or ends there. Off the scale there is no number; lost clocks are left out.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar

from simulators.oracle.believable import believable
from simulators.oracle.glucose import under
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen
from simulators.oracle.units import milligrams

WINDOW: Final = timedelta(minutes=20)
SPAN: Final = timedelta(minutes=14, seconds=30)
BELOW: Final = {"mg/dL": Decimal(100), "mmol/L": Decimal("5.6")}
CLOSE: Final = 1e-6
N = TypeVar("N", float, Fraction)
Verdict = Callable[[Point, float | Fraction, float | Fraction], bool]


def cgm_roc(seen: Seen) -> list[Point]:
    """A fall of 2 mg/dL a minute below 100 mg/dL, or of 3 anywhere."""
    return _rows(seen, lambda point, slope, _: slope <= -3 or (slope <= -2 and under(point, BELOW)), (-2, -3), ())


def cgm_uls(seen: Seen) -> list[Point]:
    """At 55 mg/dL or below in 20 minutes, by that line."""
    return _rows(seen, lambda _, slope, level: level + 20 * slope <= 55, (), (55,))


def _rows(seen: Seen, breaks: Verdict, slopes: Sequence[int], ahead: Sequence[int]) -> list[Point]:
    """Floating point decides, but for where it comes close to a limit: there exact numbers do."""
    points = [point for point in believable(seen, "cgm").points if milligrams(point) is not None]
    starts, before, first = [], False, 0
    for n, point in enumerate(points):
        while point.at - points[first].at > WINDOW:
            first += 1
        recent = points[first : n + 1]
        if len(recent) < 3 or point.at - recent[0].at < SPAN:
            continue
        slope, level = _line(recent, float)
        near = [abs(slope - each) for each in slopes] + [abs(level + 20 * slope - each) for each in ahead]
        now = breaks(point, *_line(recent, Fraction)) if min(near) < CLOSE else breaks(point, slope, level)
        if now and not before:
            starts.append(point)
        before = now
    return starts


def _line(points: Sequence[Point], number: Callable[[Decimal], N]) -> tuple[N, N]:
    """Slope in mg/dL a minute, and the line's level at the last point."""
    last = points[-1].at
    xs = [number(Decimal((point.at - last) // timedelta(seconds=1))) / 60 for point in points]
    ys = [number(milligrams(point) or Decimal(0)) for point in points]
    none = number(Decimal(0))
    mean_x, mean_y = sum(xs, none) / len(xs), sum(ys, none) / len(ys)
    rise = sum(((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)), none)
    slope = rise / sum(((x - mean_x) * (x - mean_x) for x in xs), none)
    return slope, mean_y - slope * mean_x
