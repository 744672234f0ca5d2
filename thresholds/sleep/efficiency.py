"""How much of the time in bed is slept: SLP-EFF (clinical reference §3.7).

Clinical efficiency is sleep of the *time in bed*, lights-out to lights-on; what wearables call maintenance efficiency,
sleep of the time from falling asleep to waking, is another figure and is not tested against 85 % (§0 T6).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from models.measures import PERCENT
from thresholds.estimates.means import decimal, shown
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.sleep.nights import DATES, ENOUGH, TIME_IN_BED, TOTAL_SLEEP, WEEK, Nights, measured, severity_of, value
from thresholds.types import Case, Found, Rule, Sample

NIGHTS_KNOWN: Final = 10_000  # a night is in the means of seven nights, and they are computed again with each reading


def slept_and_lain(sample: Sample) -> tuple[Decimal, Decimal]:
    return value(sample, TOTAL_SLEEP), value(sample, TIME_IN_BED)


def have_enough(window: Nights) -> bool:
    """Nights with any time in bed."""
    return sum(bool(each.sums[1]) for each in window.means.values()) >= window.enough


def mean_efficiency(window: Nights) -> Fraction:
    """Percent, the mean of the nights'."""
    nights = [share(*each.sums) for each in window.means.values() if each.sums[1]]
    top, bottom = 0, 1
    for slept, lain in nights:
        top, bottom = top * lain + slept * bottom, bottom * lain
    return Fraction(100 * top, bottom * len(nights))


@lru_cache(NIGHTS_KNOWN)
def share(slept: Decimal, lain: Decimal) -> tuple[int, int]:
    """What was slept of the time in bed, as a fraction in lowest terms."""
    (top, of), (bottom, by) = slept.as_integer_ratio(), lain.as_integer_ratio()
    return Fraction(top * by, of * bottom).as_integer_ratio()


def broken(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    mean = mean_efficiency(window)
    severity = severity_of(bounds, lambda bound: mean < bound.exact)
    if severity is None:
        return None
    return Breach(sample, severity, decimal(-mean), f"mean {shown(mean, ROUND_DOWN)} % of the time in bed")


def fold_efficiency(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without nights of a doubtful clock; one with which there is not enough to judge by begins and ends nothing."""
    nights = moments(measured(samples, TOTAL_SLEEP, TIME_IN_BED), doubtful=False)
    window = Nights(slept_and_lain, case, DATES, ENOUGH, width=2)
    return fold(SLP_EFF, nights, start, case, broken, window, enough=have_enough)


SLP_EFF: Final = Rule(
    id="SLP-EFF",
    words="Broken sleep: mean efficiency of 7 nights (at least 4), sleep of time in bed, below 85 %; MOD below 75 %",
    limit="85, 75 %",
    stream="sleep",
    severity="INFO",
    source="NSF 2017 (Ohayon): 85 % or more is good",
    standing="(unverified), the paper located; below 75 %, and the four nights, (design)",
    fold=fold_efficiency,
    lookback=WEEK,
    parameters=(
        parameter("info", "mean below which it is INFO", "85 %", "higher", PERCENT),
        parameter("moderate", "mean below which it is MOD", "75 %", "higher", PERCENT),
    ),
)
