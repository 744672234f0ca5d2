"""A pulse that rises in heart failure: HR-TREND (clinical reference §3.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from models.measures import PERCENT
from thresholds.estimates.means import RecentAndBefore, decimal, shown
from thresholds.facts import applies
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.pulse.rate import rate, with_pulse
from thresholds.types import Case, Found, Rule, Sample

RECENT: Final = timedelta(days=7)
BEFORE: Final = timedelta(days=28)
ENOUGH: Final = 6


def numbers(sample: Sample) -> tuple[Decimal]:
    return (rate(sample),)


def risen(sample: Sample, window: RecentAndBefore, case: Case, bounds: Bounds) -> Breach | None:
    """Six readings each are wanted, as for the trends of blood pressure."""
    if not applies(HR_TREND, case, sample.at):
        return None
    recent, before = window.split()
    rise = 100 * (recent.of() / before.of() - 1)
    if rise < bounds["rise"].exact:
        return None
    figure = f"{shown(rise, ROUND_DOWN)} % faster, mean of 7 days against the 28 before"
    return Breach(sample, "MOD", decimal(rise), figure)


def have_enough(window: RecentAndBefore) -> bool:
    return window.both_have(ENOUGH)


def fold_trend(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock; one with which there is not enough to judge by begins and ends nothing."""
    window = RecentAndBefore(numbers, 1, RECENT, BEFORE)
    history = moments(with_pulse(samples), doubtful=False)
    return fold(HR_TREND, history, start, case, risen, window, enough=have_enough)


HR_TREND: Final = Rule(
    id="HR-TREND",
    words="Rising pulse in heart failure: mean of 7 days at least 15 % above that of the 28 days before, from 6"
    " readings each",
    limit="+15 %",
    stream="blood_pressure",
    severity="MOD",
    source="EHJ-Digital Health 2023;4:455: heart rate outperformed weight for worsening heart failure",
    standing="finding seen in the source; number (design)",
    fold=fold_trend,
    lookback=RECENT + BEFORE,
    slow=True,
    needs=("condition", "heart_failure"),
    parameters=(parameter("rise", "rise of the mean from which on it counts", "15 %", "lower", PERCENT),),
)
