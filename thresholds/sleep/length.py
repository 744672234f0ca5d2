"""How long sleep lasts: SLP-SHORT and SLP-LONG (clinical reference §3.7)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction
from typing import Final

from thresholds.estimates.means import decimal, quotient, shown
from thresholds.fold import Breach, Judge, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.sleep.nights import DATES, ENOUGH, TOTAL_SLEEP, WEEK, Nights, measured, severity_of, value
from thresholds.types import Case, Found, Rule, Sample

HOUR: Final = 60


def minutes(sample: Sample) -> tuple[Decimal]:
    return (value(sample, TOTAL_SLEEP),)


def mean_sleep(window: Nights) -> Fraction:
    """Minutes of sleep a night. What was slept on one date is one night."""
    return quotient([night.sums[0] for night in window.means.values()], len(window.means))


def short(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    mean = mean_sleep(window)
    severity = severity_of(bounds, lambda bound: mean < bound.exact)
    if severity is None:
        return None
    return Breach(sample, severity, decimal(-mean), figure_of(mean, ROUND_DOWN, window))


def long(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    mean = mean_sleep(window)
    if mean <= bounds["info"].exact:
        return None
    return Breach(sample, "INFO", decimal(mean), figure_of(mean, ROUND_UP, window))


def figure_of(mean: Fraction, rounding: str, window: Nights) -> str:
    return f"mean {shown(mean / HOUR, rounding, '0.01')} h of {len(window.means)} nights"


def fold_length(
    rule: Rule, judge: Judge[Nights], samples: Sequence[Sample], start: datetime, case: Case
) -> list[Found]:
    """Without nights of a doubtful clock; one with which there is not enough to judge by begins and ends nothing."""
    nights = moments(measured(samples, TOTAL_SLEEP), doubtful=False)
    return fold(rule, nights, start, case, judge, Nights(minutes, case, DATES, ENOUGH), enough=Nights.has_enough)


def fold_short(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_length(SLP_SHORT, short, samples, start, case)


def fold_long(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_length(SLP_LONG, long, samples, start, case)


SLP_SHORT: Final = Rule(
    id="SLP-SHORT",
    words="Short sleep: mean of 7 nights (at least 4) below 7 h; MOD below 6 h",
    limit="7, 6 h",
    stream="sleep",
    severity="INFO",
    source="AASM-SRS 2015: 7 h or more",
    standing="seen cited with 7–9 h; below 6 h, and the four nights, (design)",
    fold=fold_short,
    lookback=WEEK,
    parameters=(
        parameter("info", "mean below which it is INFO", "420 min", "higher", TOTAL_SLEEP),
        parameter("moderate", "mean below which it is MOD", "360 min", "higher", TOTAL_SLEEP),
    ),
)
SLP_LONG: Final = Rule(
    id="SLP-LONG",
    words="Long sleep: mean of 7 nights (at least 4) above 10 h",
    limit="10 h",
    stream="sleep",
    severity="INFO",
    source="our own",
    standing="(design); off by default",
    fold=fold_long,
    lookback=WEEK,
    on=False,
    parameters=(parameter("info", "mean above which it counts", "600 min", "lower", TOTAL_SLEEP),),
)
