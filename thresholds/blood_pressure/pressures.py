"""What the rules of blood pressure share: the two components, their bounds in mmHg, and how long a repeat may take."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from models.measures import BLOOD_PRESSURE, MMHG
from thresholds.compare import component_of, converted
from thresholds.fold import Breach
from thresholds.limits import Bounds
from thresholds.parameters import Parameter, parameter
from thresholds.repeat import Repeat
from thresholds.types import Sample

SYSTOLIC: Final = component_of(BLOOD_PRESSURE, "systolic")
DIASTOLIC: Final = component_of(BLOOD_PRESSURE, "diastolic")
PREGNANCY: Final = ("condition", "pregnancy")

REST: Final = timedelta(minutes=1)
NEXT_DAY: Final = Repeat(after=REST, within=timedelta(hours=24))


def pair(over: int, under: int, what: str, widest: tuple[int, int]) -> tuple[Parameter, Parameter]:
    """Limits that the systolic or the diastolic pressure reaches."""
    return (
        parameter("systolic", f"systolic {what}", f"{over} mm[Hg]", "lower", SYSTOLIC, f"{widest[0]} mm[Hg]"),
        parameter("diastolic", f"diastolic {what}", f"{under} mm[Hg]", "lower", DIASTOLIC, f"{widest[1]} mm[Hg]"),
    )


def change(name: str, figure: int, words: str) -> Parameter:
    """A limit of a change of pressure, which has no absolute one."""
    return parameter(name, words, f"{figure} mm[Hg]", "lower", MMHG)


def reaches(bounds: Bounds, sample: Sample) -> bool:
    return not (bounds["systolic"].below(sample) and bounds["diastolic"].below(sample))


def reached(bounds: Bounds, sample: Sample, severity: str) -> Breach | None:
    """A breach when either pressure reaches its limit; worse is further beyond, in mmHg, by whichever is further."""
    return Breach(sample, severity, beyond(bounds, sample)) if reaches(bounds, sample) else None


def beyond(bounds: Bounds, sample: Sample) -> Decimal:
    """How far beyond its limit the pressure is that is further; negative when both are below."""
    return max(bound.value(sample) - bound.number for bound in (bounds["systolic"], bounds["diastolic"]))


def pressures(sample: Sample) -> tuple[Decimal, Decimal]:
    """Systolic and diastolic in mmHg, exactly."""
    values = sample.values
    return converted(values[SYSTOLIC.name], SYSTOLIC), converted(values[DIASTOLIC.name], DIASTOLIC)
