"""Disturbed breathing: SLP-AHI, the median apnea–hypopnea index of seven nights, and SLP-AHI-CPAP, what is left of it
on therapy (clinical reference §3.7)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import SLEEP
from thresholds.compare import EXACT, component_of
from thresholds.facts import applies
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import Parameter, parameter
from thresholds.sleep.nights import TIERS, WEEK, Medians, measured, severity_of
from thresholds.types import Case, Found, Rule, Sample

AHI: Final = component_of(SLEEP, "ahi")
CPAP: Final = ("therapy", "cpap")


def disturbed(sample: Sample, window: Medians, case: Case, bounds: Bounds) -> Breach | None:
    median = window.median()
    severity = severity_of(bounds, lambda bound: median >= bound.number)
    if severity is None:
        return None
    # Rounded down, so that the figure never reads like a tier that was not reached.
    shown = median.quantize(Decimal("0.01"), ROUND_DOWN, EXACT)
    return Breach(sample, severity, median, f"median {shown} /h of {len(window.sorted)} nights")


def fold_median(rule: Rule, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Only nights with an index of patients whom the rule is for, and without those of a doubtful clock: a trend needs
    to know when. One with which there is not enough to judge by begins and ends nothing."""
    nights = (sample for sample in measured(samples, AHI) if applies(rule, case, sample.at))
    history, window = moments(nights, doubtful=False), Medians(AHI, ZoneInfo(case.zone))
    return fold(rule, history, start, case, disturbed, window, enough=Medians.has_enough)


def fold_index(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_median(SLP_AHI, samples, start, case)


def fold_on_therapy(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """A night before the therapy is no night here, and does not end an episode."""
    return fold_median(SLP_AHI_CPAP, samples, start, case)


def medians(**figures: int) -> tuple[Parameter, ...]:
    return tuple(
        parameter(name, f"median from which on it is {TIERS[name]}", f"{figure} /h", "lower", AHI)
        for name, figure in figures.items()
    )


SLP_AHI: Final = Rule(
    id="SLP-AHI",
    words="Disturbed breathing in sleep: median apnea–hypopnea index of 7 nights (at least 4 values) ≥ 5 per hour;"
    " MOD from 15, HIGH from 30",
    limit="5, 15, 30 /h",
    stream="sleep",
    severity="INFO",
    source="Harvard sleep education, AHI page: 5–<15 mild, 15–<30 moderate, ≥ 30 severe",
    standing="classes seen in the source; 7-night median, the four values and the severities (design)",
    fold=fold_index,
    lookback=WEEK,
    parameters=medians(info=5, moderate=15, high=30),
)
SLP_AHI_CPAP: Final = Rule(
    id="SLP-AHI-CPAP",
    words="Disturbed breathing left on CPAP: median apnea–hypopnea index of 7 nights on therapy (at least 4 values)"
    " ≥ 5 per hour; MOD from 10",
    limit="5, 10 /h",
    stream="sleep",
    severity="INFO",
    source="none named",
    standing="(unverified); the median and the four values (design)",
    fold=fold_on_therapy,
    lookback=WEEK,
    needs=CPAP,
    parameters=medians(info=5, moderate=10),
)
