"""WT-HF-3D: more than 2 kg above the lowest weight of the three days before; only clocks that can be believed, and not
what another person weighed: more than 10 % from the median of seven days, unless three agree on two dates."""

from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from simulators.oracle.point import Point

KG_IN: Final = {"kg": Decimal(1), "lb": Decimal("0.45359237")}
GAIN: Final = Decimal(2)
WINDOW: Final = timedelta(days=3)
WEEK: Final = timedelta(days=7)
ENOUGH: Final = 3
FAR, ALIKE = Decimal("0.1"), Decimal("0.05")


def wt_hf_3d(points: list[Point], zone: ZoneInfo) -> list[Point]:
    believed = [point for point in points if point.sure]
    sure = [point for n, point in enumerate(believed) if not _of_another(point, believed[:n], zone)]
    gains = [_gained(point, sure[:n]) for n, point in enumerate(sure)]
    return [point for n, point in enumerate(sure) if gains[n] and not (n and gains[n - 1])]


def _gained(point: Point, before: list[Point]) -> bool:
    recent = [_kilograms(other) for other in before if other.at >= point.at - WINDOW]
    return bool(recent) and _kilograms(point) - min(recent) > GAIN


def _of_another(point: Point, before: list[Point], zone: ZoneInfo) -> bool:
    mine = _kilograms(point)
    week = [other for other in before if point.at - WEEK <= other.at < point.at]
    if len(week) < ENOUGH or abs(mine - median(map(_kilograms, week))) <= FAR * median(map(_kilograms, week)):
        return False
    alike = [other for other in (*week, point) if abs(_kilograms(other) - mine) <= ALIKE * mine]
    return len(alike) < ENOUGH or len({other.at.astimezone(zone).date() for other in alike}) < 2


def _kilograms(point: Point) -> Decimal:
    return point.number("weight") * KG_IN[point.values["weight"][1]]
