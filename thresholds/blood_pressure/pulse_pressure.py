"""Wide pulse pressure in age: BP-PP (clinical reference §3.1)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from thresholds.blood_pressure.pressures import PREGNANCY, change, pressures
from thresholds.compare import EXACT
from thresholds.estimates.means import RecentAndBefore, decimal, shown
from thresholds.facts import applies, date_fact
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.types import Case, Found, Rule, Sample

AGE: Final = 60
WEEK: Final = timedelta(days=7)
ENOUGH: Final = 6


def width(sample: Sample) -> tuple[Decimal]:
    return (EXACT.subtract(*pressures(sample)),)


def years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def old_enough(case: Case, at: datetime) -> bool:
    born = date_fact(case, "birth_date", at)
    return born is not None and years(born, at.astimezone(ZoneInfo(case.zone)).date()) >= AGE


def wide(sample: Sample, window: RecentAndBefore, case: Case, bounds: Bounds) -> Breach | None:
    if not (old_enough(case, sample.at) and applies(BP_PP, case, sample.at)):
        return None
    recent, _ = window.split()
    mean = recent.of()
    if mean <= bounds["width"].exact:
        return None
    figure = f"mean {shown(mean, ROUND_UP)} mmHg of {recent.count} readings in 7 days"
    return Breach(sample, "INFO", decimal(mean), figure)


def have_enough(window: RecentAndBefore) -> bool:
    return window.split()[0].count >= ENOUGH


def fold_wide(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock; one with which there is not enough to judge by begins and ends nothing."""
    window = RecentAndBefore(width, 1, WEEK, timedelta(0))
    return fold(BP_PP, moments(samples, doubtful=False), start, case, wide, window, enough=have_enough)


BP_PP: Final = Rule(
    id="BP-PP",
    words="Wide pulse pressure from 60 years of age: mean of 7 days above 60 mmHg, from 6 readings",
    limit="60 mmHg",
    stream="blood_pressure",
    severity="INFO",
    source="ESC/ESH, risk marker",
    standing="(unverified); off by default, six readings (design)",
    fold=fold_wide,
    lookback=WEEK,
    slow=True,
    facts=("birth_date",),
    unless=(PREGNANCY,),
    on=False,
    parameters=(change("width", 60, "mean pulse pressure above which it is wide"),),
)
