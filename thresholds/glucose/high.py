"""High fingersticks: GLU-VHI and GLU-HI (clinical reference §3.4), by more than one reading and so by good clocks.

Where the reference is silent (design): *in a row* means that the reading before was above its limit too and is not
too old: 24 h for GLU-VHI, as for every confirmation, 7 d for GLU-HI, which is a trend over mornings. An episode starts
with the reading that completes the condition; a reading above the limit then keeps it, alone or not, and the first
that is not above ends it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from models.measures import COUNT
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.glucose.limits import high
from thresholds.glucose.low import WEEK
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

BY_MEAL: Final = {"fasting": "before_meals", "before_meal": "before_meals", "after_meal": "after_meals"}

DAY: Final = timedelta(hours=24)
KETONES: Final = (("condition", "diabetes_type_1"), ("medication", "sglt2"))


class Highs:
    """The readings above a limit within (at - 7 d, at], and whether the newest two moments were above it, the second
    within `near` of the first."""

    def __init__(self, above: Callable[[Sample], bool], near: timedelta) -> None:
        self.above, self.near = above, near
        self.week: deque[datetime] = deque()
        self.newest: datetime | None = None  # the newest moment when it is above the limit
        self.in_a_row = False

    def move(self, moment: Moment) -> None:
        at, highs = moment[0].at, [sample.at for sample in moment if self.above(sample)]
        self.in_a_row = bool(highs) and self.newest is not None and at - self.newest <= self.near
        self.newest = at if highs else None
        self.week.extend(highs)
        while self.week and at - self.week[0] >= WEEK:
            self.week.popleft()


def is_very_high(case: Case) -> Callable[[Sample], bool]:
    bounds_at = bounds_of(GLU_VHI, case)
    return lambda sample: bounds_at(sample.at)["high"].above(sample)


def very_high(sample: Sample, window: Highs, case: Case, bounds: Bounds) -> Breach | None:
    if not window.above(sample):
        return None
    how_often = "2 in a row" if window.in_a_row else f"{len(window.week)} in 7 days"
    ketones = any(case.has(*fact, sample.at) for fact in KETONES)
    figure = f"{how_often}; check ketones" if ketones else how_often
    return Breach(sample, "HIGH", bounds["high"].value(sample), figure)


def very_high_again(sample: Sample, window: Highs, case: Case, bounds: Bounds) -> Breach | None:
    again = window.in_a_row or len(window.week) >= bounds["often"].number
    return very_high(sample, window, case, bounds) if again else None


def fold_very_high(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock, which cannot say what came before them."""
    history = moments(samples, doubtful=False)
    return fold(GLU_VHI, history, start, case, very_high_again, Highs(is_very_high(case), DAY), very_high)


def is_above_goal(case: Case) -> Callable[[Sample], bool]:
    """Above the goal of its meal; without a meal, or at bedtime, there is no goal to compare with."""
    bounds_at = bounds_of(GLU_HI, case)

    def above(sample: Sample) -> bool:
        goal = BY_MEAL.get(sample.context.get("meal", ""))
        return goal is not None and bounds_at(sample.at)[goal].above(sample)

    return above


def above_goal(sample: Sample, window: Highs, case: Case, bounds: Bounds) -> Breach | None:
    if not window.above(sample):
        return None
    goal = bounds[BY_MEAL[sample.context["meal"]]]
    return Breach(sample, "INFO", goal.value(sample) - goal.number)


def above_goal_again(sample: Sample, window: Highs, case: Case, bounds: Bounds) -> Breach | None:
    return above_goal(sample, window, case, bounds) if window.in_a_row else None


def fold_high(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Only readings with a good clock and a meal to judge them by; the others neither confirm nor end anything."""
    of_meals = (sample for sample in samples if sample.context.get("meal") in BY_MEAL)
    history = moments(of_meals, doubtful=False)
    return fold(GLU_HI, history, start, case, above_goal_again, Highs(is_above_goal(case), WEEK), above_goal)


GLU_VHI: Final = Rule(
    id="GLU-VHI",
    words="Level 2 high glucose: above 250 mg/dL (13.9 mmol/L) twice in a row within 24 h, or three times in 7 days;"
    " check ketones in type 1 diabetes or on an SGLT2 inhibitor",
    limit="250 mg/dL (13.9 mmol/L)",
    stream="glucose",
    severity="HIGH",
    source="level 2 hyperglycaemia",
    standing="ketone check (unverified); 24 h between the two (design)",
    fold=fold_very_high,
    lookback=WEEK,
    interest=is_very_high,
    parameters=(
        high("high", "glucose above which it is of level 2", "250 mg/dL, 13.9 mmol/L"),
        parameter("often", "such readings within 7 days that need not be in a row", "3 1", "lower", COUNT),
    ),
)
GLU_HI: Final = Rule(
    id="GLU-HI",
    words="Glucose above its goal, a trend: two readings of known meals in a row, within 7 days, above 130 mg/dL"
    " (7.2 mmol/L) fasting or before a meal, or above 180 (10.0) after one",
    limit="130 mg/dL (7.2 mmol/L) before meals, 180 (10.0) after",
    stream="glucose",
    severity="INFO",
    source="ADA goals: 80–130 mg/dL before meals, below 180 1–2 h after",
    standing="goals seen in a secondary source; two in a row within 7 days (design)",
    fold=fold_high,
    lookback=WEEK,
    interest=is_above_goal,
    parameters=(
        high("before_meals", "goal that is exceeded, fasting or before a meal", "130 mg/dL, 7.2 mmol/L"),
        high("after_meals", "goal that is exceeded after a meal", "180 mg/dL, 10.0 mmol/L"),
    ),
)
