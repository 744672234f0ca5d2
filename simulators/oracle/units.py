"""The numbers of a reading in one unit, exactly."""

from decimal import Decimal
from typing import Final

from simulators.oracle.point import Point

KG_IN: Final = {"kg": Decimal(1), "lb": Decimal("0.45359237")}
MILLIGRAMS: Final = Decimal("18.0156")


def kilograms(point: Point) -> Decimal:
    return point.number("weight") * KG_IN[point.values["weight"][1]]


def milligrams(point: Point) -> Decimal | None:
    """mg/dL; None off the scale."""
    text, unit = point.values["glucose"]
    if text in ("LO", "HI"):
        return None
    return Decimal(text) * (MILLIGRAMS if unit == "mmol/L" else 1)
