"""Checks between the values of one reading; clinical reference §2.4, as far as the payload alone can tell.

A contradiction is refused, a doubt is marked. Numbers are exact, in the catalogue's units.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from ingest.decode.element import Element

Numbers = Mapping[str, Decimal]
Check = Callable[[Element, Numbers, Decimal], None]
"""Gets the element, component -> number, and the minutes that the interval lasted (0 for a measure without)."""

STAGES: Final = ("light", "deep", "rem")
DOUBTFUL_MINUTES: Final = 15


def pressure_order(element: Element, numbers: Numbers, _minutes: Decimal) -> None:
    systolic, diastolic, mean = numbers["systolic"], numbers["diastolic"], numbers.get("mean")
    if systolic <= diastolic:
        element.refuse("decode.inconsistent", "/values/systolic", "Systolic must be above diastolic.")
    elif mean is not None and not diastolic < mean < systolic:
        element.refuse("decode.inconsistent", "/values/mean", "The mean must lie between diastolic and systolic.")


def pressure_doubts(element: Element, numbers: Numbers, _minutes: Decimal) -> None:
    systolic, diastolic, mean = numbers["systolic"], numbers["diastolic"], numbers.get("mean")
    pulse_pressure = systolic - diastolic
    if not 20 <= pulse_pressure <= 100:
        element.warn("pulse_pressure_unusual")
    if mean is not None and abs(mean - (diastolic + Decimal("0.4") * pulse_pressure)) > 15:
        element.warn("mean_inconsistent")


def pressure_marks(element: Element, numbers: Numbers, _minutes: Decimal) -> None:
    if "pulse" not in numbers:
        element.warn("missing_pulse")
    if numbers.get("irregular"):
        element.marks.add("irregular")


def night_sums(element: Element, numbers: Numbers, _minutes: Decimal) -> None:
    """Sums over their limit are marked; over 15 minutes the stages do not count, the total does."""
    sums = (
        ("stages_exceed_sleep", STAGES, "total_sleep", 2),
        ("sleep_exceeds_bed", ("total_sleep",), "time_in_bed", 1),
        ("night_exceeds_bed", ("total_sleep", "wake_after_onset", "latency"), "time_in_bed", 5),
    )
    for mark, parts, whole, tolerance in sums:
        if whole not in numbers:
            continue
        excess = sum((numbers.get(part, Decimal(0)) for part in parts), Decimal(0)) - numbers[whole]
        if excess > tolerance:
            element.warn(mark)
        if excess > DOUBTFUL_MINUTES and any(stage in numbers for stage in STAGES):
            element.warn("stages_doubtful")
            element.withheld = STAGES


def sleep_efficiency(element: Element, numbers: Numbers, _minutes: Decimal) -> None:
    """Total sleep / time in bed (T6), expected from 40 % (§2.1)."""
    asleep, in_bed = numbers.get("total_sleep"), numbers.get("time_in_bed")
    if asleep is not None and in_bed is not None and asleep < in_bed * Decimal("0.4"):
        element.warn("efficiency_unusual")


def saturation_order(element: Element, numbers: Numbers, minutes: Decimal) -> None:
    """Minimum <= mean; time at or below 88 % <= time below 90 % <= recording time."""
    ordered = (
        ("spo2_min", numbers.get("spo2_mean"), "The lowest saturation is above the mean."),
        ("t88", numbers.get("t90"), "Less time was spent below 90 % than at or below 88 %."),
        ("t90", minutes, "More time was spent below 90 % than was recorded."),
        ("t88", minutes, "More time was spent at or below 88 % than was recorded."),
    )
    for name, limit, detail in ordered:
        if name in numbers and limit is not None and numbers[name] > limit:
            element.refuse("decode.inconsistent", f"/values/{name}", detail)


def recording_length(element: Element, numbers: Numbers, minutes: Decimal) -> None:
    """An apnoea index needs 2 h, and is adequate from 4 h; on therapy the time it was worn is what was recorded."""
    if "ahi" not in numbers and "central_ahi" not in numbers:
        return
    recorded = min(minutes, numbers.get("therapy_time", minutes))
    if recorded < 240:
        element.warn("recording_inadequate")
    if recorded < 120:
        element.warn("ahi_not_reportable")


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "blood_pressure": (pressure_order, pressure_doubts, pressure_marks),
    "sleep": (night_sums, sleep_efficiency, saturation_order, recording_length),
}
