"""Glucose in pregnancy: GLU-PREG (clinical reference §3.4).

A reading says `after_meal` but not how long after: 140 mg/dL and more is too high at one hour and at two, below 100 on
insulin too low at both. What lies between two limits, 120–139 and on insulin 100–109, is not enough to judge by, and
neither begins nor ends an episode; the same holds for a reading that is neither fasting nor after a meal (design).
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from models.measures import COUNT
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.glucose.limits import high, low
from thresholds.glucose.low import WEEK
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

PREGNANT: Final = ("condition", "pregnancy")
INSULIN: Final = ("medication", "insulin")


@dataclass(frozen=True, slots=True)
class Target:
    """The parameters for a meal. `high`: too high from here on, whenever it was measured; `fine`: below it certainly
    not. On insulin `low`: too low below it; `safe`: from here on certainly not."""

    high: str
    fine: str
    low: str
    safe: str

    def breach(self, sample: Sample, bounds: Bounds, *, insulin: bool) -> bool | None:
        """None when it depends on how long ago the meal was."""
        if not bounds[self.high].below(sample) or (insulin and bounds[self.low].below(sample)):
            return True
        certain = bounds[self.fine].below(sample) and not (insulin and bounds[self.safe].below(sample))
        return False if certain else None

    def beyond(self, sample: Sample, bounds: Bounds) -> Decimal:
        """How far outside, in mg/dL."""
        value = bounds[self.high].value(sample)
        return max(value - bounds[self.high].number, bounds[self.low].number - value)


TARGETS: Final = {
    "fasting": Target("fasting", "fasting", "floor_fasting", "floor_fasting"),
    "after_meal": Target("one_hour", "two_hours", "floor_two_hours", "floor_one_hour"),
}
Verdict = Callable[[Sample], bool | None]


def verdict_of(case: Case) -> Verdict:
    """Whether a reading is outside its target; None when there is not enough to judge by. Who is not pregnant is never
    outside."""
    bounds_at = bounds_of(GLU_PREG, case)

    def verdict(sample: Sample) -> bool | None:
        if not case.has(*PREGNANT, sample.at):
            return False
        target = TARGETS.get(sample.context.get("meal", ""))
        insulin = case.has(*INSULIN, sample.at)
        return target.breach(sample, bounds_at(sample.at), insulin=insulin) if target else None

    return verdict


def may_breach(case: Case) -> Callable[[Sample], bool]:
    verdict = verdict_of(case)
    return lambda sample: verdict(sample) is True


class OutsideWeek:
    """The readings outside their target within (at - 7 d, at]; a doubtful clock cannot say whether it lies in it."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.outside: deque[datetime] = deque()

    def move(self, moment: Moment) -> None:
        self.outside.extend(each.at for each in moment if not each.doubtful and self.verdict(each))
        while self.outside and moment[0].at - self.outside[0] >= WEEK:
            self.outside.popleft()


def outside(sample: Sample, window: OutsideWeek, case: Case, bounds: Bounds) -> Breach | None:
    if not window.verdict(sample):
        return None
    severity = "HIGH" if len(window.outside) >= bounds["often"].number else "MOD"
    return Breach(sample, severity, TARGETS[sample.context["meal"]].beyond(sample, bounds))


def fold_pregnancy(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Doubtful clocks are judged, though not counted towards the week."""
    verdict = verdict_of(case)
    decided = (sample for sample in samples if verdict(sample) is not None)
    return fold(GLU_PREG, moments(decided), start, case, outside, OutsideWeek(verdict))


GLU_PREG: Final = Rule(
    id="GLU-PREG",
    words="Glucose outside its target in pregnancy: at least 95 mg/dL (5.3 mmol/L) fasting or 140 (7.8) after a meal;"
    " on insulin also below 70 (3.9) fasting or 100 (5.6) after a meal; HIGH when two or more in 7 days",
    limit="fasting 95 mg/dL (5.3 mmol/L), after a meal 140 (7.8); on insulin not below 70 (3.9), 100 (5.6)",
    stream="glucose",
    severity="MOD",
    source="ADA §15 / ACOG: fasting ≥ 95, 1 h ≥ 140, 2 h ≥ 120 mg/dL; floors 70, 110, 100 on insulin",
    standing="seen in a secondary source; floors in mmol/L (unverified); after a meal without its hour, and escalation,"
    " (design)",
    fold=fold_pregnancy,
    lookback=WEEK,
    interest=may_breach,
    needs=PREGNANT,
    parameters=(
        high("fasting", "fasting glucose from which on it is too high", "95 mg/dL, 5.3 mmol/L"),
        high("one_hour", "glucose 1 h after a meal from which on it is too high", "140 mg/dL, 7.8 mmol/L"),
        high("two_hours", "the same 2 h after a meal", "120 mg/dL, 6.7 mmol/L"),
        low("floor_fasting", "fasting glucose below which it is too low on insulin", "70 mg/dL, 3.9 mmol/L"),
        low("floor_one_hour", "the same 1 h after a meal", "110 mg/dL, 6.1 mmol/L"),
        low("floor_two_hours", "the same 2 h after a meal", "100 mg/dL, 5.6 mmol/L"),
        parameter("often", "such readings within 7 days from which on it is HIGH", "2 1", "lower", COUNT),
    ),
)
