"""What the rules of blood pressure share: the two components, their limits in mmHg, and how long a repeat may take."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from models.measures import BLOOD_PRESSURE
from thresholds.compare import Limit, component_of, converted
from thresholds.fold import Breach
from thresholds.repeat import Repeat
from thresholds.types import Sample

SYSTOLIC: Final = component_of(BLOOD_PRESSURE, "systolic")
DIASTOLIC: Final = component_of(BLOOD_PRESSURE, "diastolic")
PREGNANCY: Final = ("condition", "pregnancy")

REST: Final = timedelta(minutes=1)
NEXT_DAY: Final = Repeat(after=REST, within=timedelta(hours=24))

Pair = tuple[Limit, Limit]


def systolic(figure: int) -> Limit:
    return Limit(SYSTOLIC, {SYSTOLIC.unit: Decimal(figure)})


def diastolic(figure: int) -> Limit:
    return Limit(DIASTOLIC, {DIASTOLIC.unit: Decimal(figure)})


def pair(over: int, under: int) -> Pair:
    return systolic(over), diastolic(under)


def reaches(limits: Pair, sample: Sample) -> bool:
    return not all(limit.below(sample) for limit in limits)


def reached(limits: Pair, sample: Sample, severity: str) -> Breach | None:
    """A breach when either pressure reaches its limit; worse is further beyond, in mmHg, by whichever is further."""
    if not reaches(limits, sample):
        return None
    return Breach(sample, severity, max(limit.value(sample) - limit.figures[limit.component.unit] for limit in limits))


def pressures(sample: Sample) -> tuple[Decimal, Decimal]:
    """Systolic and diastolic in mmHg, exactly."""
    over, under = (converted(sample.values[each.name], each) for each in (SYSTOLIC, DIASTOLIC))
    return over, under
