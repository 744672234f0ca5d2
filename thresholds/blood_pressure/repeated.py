"""Grades of high pressure that want a repeat: BP-G3 and BP-S2 (clinical reference §3.1)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import COUNT
from thresholds.blood_pressure.pressures import NEXT_DAY, PREGNANCY, pair, reached, reaches
from thresholds.facts import applies
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.repeat import Repeat, Verdict, fold_repeated
from thresholds.types import Case, Found, Rule, Sample

OTHER_DAYS: Final = timedelta(days=2)


def verdicts(rule: Rule, samples: Sequence[Sample], case: Case) -> Iterator[Verdict]:
    """Without readings of a doubtful clock: a repeat needs to know when."""
    bounds_at = bounds_of(rule, case)
    for moment in moments(samples, doubtful=False):
        bounds = bounds_at(moment[0].at)
        found = (reached(bounds, sample, rule.severity) for sample in moment if applies(rule, case, sample.at))
        yield Verdict(moment[0].at, [breach for breach in found if breach])


def fold_pair(rule: Rule, samples: Sequence[Sample], start: datetime, case: Case, repeat: Repeat) -> list[Found]:
    return fold_repeated(rule.id, verdicts(rule, samples, case), start, repeat, case.under_way)


def fold_grade_3(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_pair(BP_G3, samples, start, case, NEXT_DAY)


class Days:
    """The local dates with a reading of grade 2, of the three that end with the newest moment's."""

    def __init__(self, case: Case) -> None:
        self.zone = ZoneInfo(case.zone)
        self.is_grade_2 = is_grade_2(case)
        self.dates: set[date] = set()

    def move(self, moment: Moment) -> None:
        today = moment[0].at.astimezone(self.zone).date()
        self.dates = {day for day in self.dates if day >= today - OTHER_DAYS}
        if any(map(self.is_grade_2, moment)):
            self.dates.add(today)


def is_grade_2(case: Case) -> Callable[[Sample], bool]:
    bounds_at = bounds_of(BP_S2, case)
    return lambda sample: reaches(bounds_at(sample.at), sample)


def grade_2(sample: Sample, window: Days, case: Case, bounds: Bounds) -> Breach | None:
    if len(window.dates) < bounds["days"].number or not applies(BP_S2, case, sample.at):
        return None
    return reached(bounds, sample, "HIGH")


def fold_grade_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """The repeat is a reading of grade 2 on another of the last three local dates, whatever lies between. The episode
    starts with the reading that completes it and ends at the first reading that is not of grade 2 itself."""
    history = moments(samples, doubtful=False)
    return fold(BP_S2, history, start, case, grade_2, Days(case))


BP_G3: Final = Rule(
    id="BP-G3",
    words="Grade 3 blood pressure: systolic ≥ 180 or diastolic ≥ 110 mmHg, and again at the next reading within 24 h",
    limit="180/110 mmHg",
    stream="blood_pressure",
    severity="HIGH",
    source="ESH 2023, grade 3",
    standing="(unverified); the repeat at least 1 min later (design)",
    fold=fold_grade_3,
    entry=NEXT_DAY.within,
    unless=(PREGNANCY,),
    parameters=pair(180, 110, "from which on it is grade 3", (180, 120)),
)
BP_S2: Final = Rule(
    id="BP-S2",
    words="Grade 2 blood pressure: systolic ≥ 160 or diastolic ≥ 100 mmHg on 2 of the last 3 days",
    limit="160/100 mmHg",
    stream="blood_pressure",
    severity="HIGH",
    source="ESH 2023, grade 2",
    standing="(unverified); 2 of 3 days (design)",
    fold=fold_grade_2,
    lookback=timedelta(days=4),  # three local dates last up to 3 d 1 h where clocks go back
    interest=is_grade_2,
    unless=(PREGNANCY,),
    parameters=(
        *pair(160, 100, "from which on it is grade 2", (180, 120)),
        parameter("days", "dates of the last three with such a reading", "2 1", "lower", COUNT, "3 1"),
    ),
)
