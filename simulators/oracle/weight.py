"""WT-HF-3D: more than 2 kg above the lowest weight of the three days before; only clocks that can be believed."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from simulators.oracle.point import Point
from simulators.oracle.seen import Seen

KG_IN: Final = {"kg": Decimal(1), "lb": Decimal("0.45359237")}
GAIN: Final = Decimal(2)
WINDOW: Final = timedelta(days=3)


def wt_hf_3d(seen: Seen) -> list[Point]:
    if ("condition", "heart_failure") not in seen.patient.facts:
        return []
    sure = list(seen.sure.points)
    gains = [_gained(point, sure[:n]) for n, point in enumerate(sure)]
    return [point for n, point in enumerate(sure) if gains[n] and not (n and gains[n - 1])]


def _gained(point: Point, before: list[Point]) -> bool:
    recent = [_kilograms(other) for other in before if other.at >= point.at - WINDOW]
    return bool(recent) and _kilograms(point) - min(recent) > GAIN


def _kilograms(point: Point) -> Decimal:
    return point.number("weight") * KG_IN[point.values["weight"][1]]
