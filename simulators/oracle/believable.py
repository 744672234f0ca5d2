"""Which readings a rule of days or weeks may go by: with a believable clock, a usual value (§2.1, §2.4), no step of a
sensor, not another person on the scale. Critical rules and single readings go by everything."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from simulators.oracle.point import Point
from simulators.oracle.pressure import mmhg
from simulators.oracle.seen import Seen
from simulators.oracle.units import kilograms, milligrams

WEEK: Final = timedelta(days=7)
QUARTER: Final = timedelta(minutes=15)
Doubt = Callable[[Seen, Sequence[Point], int], bool]


def believable(seen: Seen, stream: str) -> Seen:
    """Of a series whose clocks can be believed."""
    points, doubt = seen.sure.points, DOUBTS[stream]
    return Seen(seen.patient, [point for n, point in enumerate(points) if not doubt(seen, points, n)])


def _odd_pressure(_: Seen, points: Sequence[Point], n: int) -> bool:
    systolic, diastolic = mmhg(points[n], "systolic"), mmhg(points[n], "diastolic")
    odd = not 70 <= systolic <= 250 or not 40 <= diastolic <= 150 or not 20 <= systolic - diastolic <= 100
    return odd or ("pulse" in points[n].values and not 40 <= points[n].number("pulse") <= 180)


def _odd_night(_: Seen, points: Sequence[Point], n: int) -> bool:
    """More than 120 an hour, or recorded for less than two hours, which is too short for an index."""
    night = points[n]
    short = "therapy_time" in night.values and night.number("therapy_time") < 120
    return "ahi" in night.values and (night.number("ahi") > 120 or short)


def _another(seen: Seen, points: Sequence[Point], n: int) -> bool:
    """More than 10 % from the median of seven days, unless three agree on two dates; or no adult's weight."""
    mine = kilograms(points[n])
    week = [other for other in points[:n] if points[n].at - WEEK <= other.at < points[n].at]
    if not 35 <= mine <= 250:
        return True
    if len(week) < 3 or abs(mine - median(map(kilograms, week))) <= median(map(kilograms, week)) / 10:
        return False
    alike = [other for other in (*week, points[n]) if abs(kilograms(other) - mine) <= mine / 20]
    return len(alike) < 3 or len({seen.day(other) for other in alike}) < 2


def _step(_: Seen, points: Sequence[Point], n: int) -> bool:
    """More than 10 mg/dL a minute from the sample before, a quarter of an hour ago at most."""
    if not n or points[n].at - points[n - 1].at > QUARTER:
        return False
    now, before = milligrams(points[n]), milligrams(points[n - 1])
    if now is None or before is None:
        return False
    return abs(now - before) > 10 * Decimal((points[n].at - points[n - 1].at).total_seconds()) / 60


DOUBTS: Final[Mapping[str, Doubt]] = {
    "blood_pressure": _odd_pressure, "cgm": _step, "sleep": _odd_night, "weight": _another,
}  # fmt: skip
