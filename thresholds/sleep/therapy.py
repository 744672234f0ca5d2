"""Too little therapy: SLP-CPAP-USE (clinical reference §3.7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Final

from models.measures import PERCENT, SLEEP
from thresholds.compare import component_of
from thresholds.estimates.means import decimal, shown
from thresholds.facts import applies
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.sleep.ahi import CPAP
from thresholds.sleep.nights import Nights, measured, value
from thresholds.types import Case, Found, Rule, Sample

THERAPY_TIME: Final = component_of(SLEEP, "therapy_time")
MONTH: Final = 30
ENOUGH: Final = 14


def minutes(sample: Sample) -> tuple[Decimal]:
    return (value(sample, THERAPY_TIME),)


def too_little(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    """A date without a value says nothing: the device may have been away. Two spells of one date are one night."""
    nights = len(window.means)
    short = sum(night.sums[0] < bounds["use"].number for night in window.means.values())
    share = Fraction(100 * short, nights)
    if share <= bounds["nights"].exact:
        return None
    return Breach(sample, "MOD", decimal(share), f"{short} of {nights} nights, {shown(share, ROUND_DOWN)} %")


def fold_use(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without nights of a doubtful clock, and without those before the therapy. One with which there is not enough to
    judge by begins and ends nothing."""
    nights = (each for each in measured(samples, THERAPY_TIME) if applies(SLP_CPAP_USE, case, each.at))
    window = Nights(minutes, case, MONTH, ENOUGH)
    history = moments(nights, doubtful=False)
    return fold(SLP_CPAP_USE, history, start, case, too_little, window, enough=Nights.has_enough)


SLP_CPAP_USE: Final = Rule(
    id="SLP-CPAP-USE",
    words="Little use of CPAP: less than 4 h on more than 30 % of the nights with a value in 30 days, from 14 nights",
    limit="4 h, 30 % of nights",
    stream="sleep",
    severity="MOD",
    source="CMS adherence: ≥ 4 h on ≥ 70 % of nights",
    standing="(unverified); nights without a value left out, 14 nights (design)",
    fold=fold_use,
    lookback=timedelta(days=MONTH + 1),
    needs=CPAP,
    parameters=(
        parameter("use", "therapy time below which a night has too little", "240 min", "higher", THERAPY_TIME),
        parameter("nights", "share of such nights above which it counts", "30 %", "lower", PERCENT),
    ),
)
