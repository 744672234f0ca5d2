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

from thresholds.fold import Breach, Moment, fold, moments
from thresholds.glucose.limits import GLUCOSE, IN_RANGE, VERY_HIGH, limit
from thresholds.glucose.low import WEEK
from thresholds.types import Case, Found, Rule, Sample

BEFORE_MEALS: Final = limit(130, "7.2")
BY_MEAL: Final = {"fasting": BEFORE_MEALS, "before_meal": BEFORE_MEALS, "after_meal": IN_RANGE}

DAY: Final = timedelta(hours=24)
OFTEN: Final = 3
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


def is_very_high(sample: Sample) -> bool:
    return VERY_HIGH.above(sample)


def very_high(sample: Sample, window: Highs, case: Case) -> Breach | None:
    if not is_very_high(sample):
        return None
    how_often = "2 in a row" if window.in_a_row else f"{len(window.week)} in 7 days"
    ketones = any(case.has(*fact, sample.at) for fact in KETONES)
    figure = f"{how_often}; check ketones" if ketones else how_often
    return Breach(sample, "HIGH", VERY_HIGH.value(sample), figure)


def very_high_again(sample: Sample, window: Highs, case: Case) -> Breach | None:
    again = window.in_a_row or len(window.week) >= OFTEN
    return very_high(sample, window, case) if again else None


def fold_very_high(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock, which cannot say what came before them."""
    history = moments(samples, doubtful=False)
    return fold(GLU_VHI.id, history, start, case, very_high_again, Highs(is_very_high, DAY), very_high)


def is_high_for_its_meal(sample: Sample) -> bool:
    """Above the goal of its meal; without a meal, or at bedtime, there is no goal to compare with."""
    goal = BY_MEAL.get(sample.context.get("meal", ""))
    return goal is not None and goal.above(sample)


def high(sample: Sample, window: Highs, case: Case) -> Breach | None:
    if not is_high_for_its_meal(sample):
        return None
    goal = BY_MEAL[sample.context["meal"]]
    return Breach(sample, "INFO", goal.value(sample) - goal.figures[GLUCOSE.unit])


def high_again(sample: Sample, window: Highs, case: Case) -> Breach | None:
    return high(sample, window, case) if window.in_a_row else None


def fold_high(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Only readings with a good clock and a meal to judge them by; the others neither confirm nor end anything."""
    of_meals = (sample for sample in samples if sample.context.get("meal") in BY_MEAL)
    history = moments(of_meals, doubtful=False)
    return fold(GLU_HI.id, history, start, case, high_again, Highs(is_high_for_its_meal, WEEK), high)


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
    on=False,
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
    interest=is_high_for_its_meal,
    on=False,
)
