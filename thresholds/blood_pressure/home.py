"""The mean at home: BP-HOME-EU and BP-HOME-US (clinical reference §3.1, §3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from thresholds.blood_pressure.pressures import PREGNANCY, pair, pressures
from thresholds.estimates.home_week import DATES, HomeMean, home_mean, is_enough
from thresholds.estimates.means import ByDate, decimal, shown
from thresholds.facts import applies
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.types import Case, Found, Rule, Sample


@dataclass(frozen=True, slots=True)
class Home:
    """Published limits of the mean in mmHg, and whether the first day with readings is left out of it."""

    systolic: int
    diastolic: int
    discard_first_day: bool

    def is_enough(self, window: ByDate) -> bool:
        return is_enough(window.means, discard_first_day=self.discard_first_day)

    def breach(self, sample: Sample, window: ByDate, case: Case, bounds: Bounds) -> Breach | None:
        mean = home_mean(window.means, discard_first_day=self.discard_first_day)
        if mean is None:
            return None
        beyond = max(mean.systolic - bounds["systolic"].exact, mean.diastolic - bounds["diastolic"].exact)
        if beyond < 0 or not applies(BP_HOME_EU, case, sample.at):
            return None
        return Breach(sample, "MOD", decimal(beyond), figure_of(mean))


def figure_of(mean: HomeMean) -> str:
    """Rounded down, so that the figure never reads like a limit that was not reached."""
    means = f"{shown(mean.systolic, ROUND_DOWN)}/{shown(mean.diastolic, ROUND_DOWN)}"
    return f"mean {means} mmHg of {mean.readings} readings on {mean.days} days"


def fold_home(rule_id: str, home: Home, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Judged at each reading over the seven local dates that end with it; without readings of a doubtful clock, which
    cannot say on which day they lie. A reading with which there are too few for a mean begins and ends nothing."""
    week = ByDate(pressures, 2, ZoneInfo(case.zone), DATES)
    history = moments(samples, doubtful=False)
    return fold(HOME[rule_id], history, start, case, home.breach, week, enough=home.is_enough)


def rule(rule_id: str, home: Home, source: str, standing: str) -> Rule:
    days = "of 7 days without the first" if home.discard_first_day else "of 7 days"
    return Rule(
        id=rule_id,
        words=f"High blood pressure at home: mean {days} ≥ {home.systolic} systolic or ≥ {home.diastolic} mmHg"
        " diastolic, from at least 12 readings on 3 days",
        limit=f"mean {home.systolic}/{home.diastolic} mmHg",
        stream="blood_pressure",
        severity="MOD",
        source=source,
        standing=standing,
        fold=partial(fold_home, rule_id, home),
        lookback=timedelta(days=8),  # seven local dates last up to 7 d 1 h where clocks go back
        slow=True,
        unless=(PREGNANCY,),
        parameters=pair(home.systolic, home.diastolic, "mean from which on it is high", (180, 120)),
    )


BP_HOME_EU: Final = rule(
    "BP-HOME-EU",
    Home(135, 85, discard_first_day=True),
    "ESH 2023 and ESC 2024, home threshold; CHEP 2017, the same limit",
    "limit seen in CHEP 2017; ESH and ESC (unverified); any 7 days that end with a reading (design)",
)
BP_HOME_US: Final = rule(
    "BP-HOME-US",
    Home(130, 80, discard_first_day=False),
    "2017 ACC/AHA and 2025 AHA/ACC: home monitoring ≥ 130/80; AHA/AMA 2020: 3 days, 12 readings, all averaged",
    "limit seen in a secondary source; AHA/AMA 2020 (unverified); any 7 days that end with a reading (design)",
)
HOME: Final = {each.id: each for each in (BP_HOME_EU, BP_HOME_US)}
