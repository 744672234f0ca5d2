"""Pressure that changes over weeks: BP-DROP and BP-RISE (clinical reference §3.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import SAME
from thresholds.blood_pressure.pressures import PREGNANCY, change, pressures
from thresholds.estimates.means import ByDate, RecentAndBefore, decimal, shown
from thresholds.estimates.slope import may_reach, theil_sen
from thresholds.facts import applies
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

RECENT: Final = timedelta(days=7)
BEFORE: Final = timedelta(days=28)
ENOUGH: Final = 6
A_DAY: Final = {"mm[Hg]/d": SAME, "mmHg/d": SAME}
SLOPE_DATES: Final = 21
SLOPE_ENOUGH: Final = 10


def weeks() -> RecentAndBefore:
    return RecentAndBefore(pressures, 2, RECENT, BEFORE)


def have_enough(window: RecentAndBefore) -> bool:
    return window.both_have(ENOUGH)


def change_of(window: RecentAndBefore, place: int) -> Fraction:
    """Mean of 7 days less the mean of the 28 before, in mmHg; there must be any of both."""
    recent, before = window.split()
    return recent.more(before, place)


def dropped(sample: Sample, window: RecentAndBefore, case: Case, bounds: Bounds) -> Breach | None:
    change = change_of(window, 0)
    if change > -bounds["fall"].exact or not applies(BP_DROP, case, sample.at):
        return None
    figure = f"{shown(change, ROUND_DOWN)} mmHg systolic, mean of 7 days against the 28 before"
    return Breach(sample, "MOD", decimal(-change), figure)


class Rising:
    """What may show a rise: the weeks' means, and one point a day for the slope, the mean of a local date."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.weeks = weeks()
        self.days = ByDate(pressures, 2, zone, SLOPE_DATES)

    def move(self, moment: Moment) -> None:
        self.weeks.move(moment)
        self.days.move(moment)

    def has_enough(self) -> bool:
        return have_enough(self.weeks) or len(self.days.means) >= SLOPE_ENOUGH


def rise_of_means(window: RecentAndBefore, bounds: Bounds) -> tuple[Fraction, str] | None:
    if not have_enough(window):
        return None
    systolic, diastolic = (change_of(window, place) for place in (0, 1))
    if systolic < bounds["systolic"].exact and diastolic < bounds["diastolic"].exact:
        return None
    both = f"{shown(systolic, ROUND_DOWN)}/{shown(diastolic, ROUND_DOWN)}"
    return systolic, f"{both} mmHg more, mean of 7 days against the 28 before"


def rise_of_slope(window: ByDate, bounds: Bounds) -> tuple[Fraction, str] | None:
    """The rise over 21 days when its slope reaches its limit and is surely above 0. Ten days are enough."""
    points = [(day.toordinal(), mean.of()) for day, mean in window.means.items()]
    if len(points) < SLOPE_ENOUGH or not may_reach(points, bounds["slope"].exact):
        return None
    slope = theil_sen(points)
    if slope is None or slope.median < bounds["slope"].exact or slope.lower is None or slope.lower <= 0:
        return None
    figure = f"{shown(slope.median, ROUND_DOWN, '0.01')} mmHg systolic a day more, over {SLOPE_DATES} days"
    return slope.median * SLOPE_DATES, figure


def risen(sample: Sample, window: Rising, case: Case, bounds: Bounds) -> Breach | None:
    if not applies(BP_RISE, case, sample.at):
        return None
    rise = rise_of_means(window.weeks, bounds) or rise_of_slope(window.days, bounds)
    return Breach(sample, "MOD", decimal(rise[0]), rise[1]) if rise else None


def fold_drop(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock; one with which there is not enough to judge by begins and ends nothing."""
    return fold(BP_DROP, moments(samples, doubtful=False), start, case, dropped, weeks(), enough=have_enough)


def fold_rise(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """As `fold_drop`. The slope is that of the systolic pressure over the 21 local dates that end with the reading."""
    history, window = moments(samples, doubtful=False), Rising(ZoneInfo(case.zone))
    return fold(BP_RISE, history, start, case, risen, window, enough=Rising.has_enough)


BP_DROP: Final = Rule(
    id="BP-DROP",
    words="Falling blood pressure: mean systolic of 7 days at least 20 mmHg below that of the 28 days before, from 6"
    " readings each",
    limit="-20 mmHg systolic",
    stream="blood_pressure",
    severity="MOD",
    source="our own",
    standing="(design)",
    fold=fold_drop,
    lookback=RECENT + BEFORE,
    slow=True,
    unless=(PREGNANCY,),
    parameters=(change("fall", 20, "fall of the mean systolic from which on it counts"),),
)
BP_RISE: Final = Rule(
    id="BP-RISE",
    words="Rising blood pressure: mean of 7 days at least 10 mmHg systolic or 5 diastolic above that of the 28 days"
    " before, from 6 readings each; or systolic at least 0.5 mmHg a day more over 21 days (Theil–Sen slope of daily"
    " means, from 10 days, lower 95 % bound above 0)",
    limit="+10/5 mmHg, or +0.5 mmHg a day",
    stream="blood_pressure",
    severity="MOD",
    source="our own",
    standing="(design)",
    fold=fold_rise,
    lookback=RECENT + BEFORE,
    slow=True,
    unless=(PREGNANCY,),
    parameters=(
        change("systolic", 10, "rise of the mean systolic from which on it counts"),
        change("diastolic", 5, "rise of the mean diastolic from which on it counts"),
        parameter("slope", "rise of the systolic a day from which on it counts", "0.5 mm[Hg]/d", "lower", A_DAY),
    ),
)
