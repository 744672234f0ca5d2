"""Glucose in pregnancy: GLU-PREG (clinical reference §3.4).

A reading says `after_meal` but not how long after: 140 mg/dL and more is too high at one hour and at two, below 100 on
insulin too low at both. What lies between two limits, 120–139 and on insulin 100–109, is not enough to judge by, and
neither begins nor ends an episode; the same holds for a reading that is neither fasting nor after a meal (design).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from thresholds.compare import Limit
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.glucose.limits import GLUCOSE, LEVEL_1, limit
from thresholds.glucose.low import OFTEN, WEEK
from thresholds.types import Case, Found, Rule, Sample

PREGNANT: Final = ("condition", "pregnancy")
INSULIN: Final = ("medication", "insulin")


@dataclass(frozen=True, slots=True)
class Target:
    """`high`: too high from here on, whenever it was measured; `fine`: below it certainly not. On insulin `low`: too
    low below it; `safe`: from here on certainly not."""

    high: Limit
    fine: Limit
    low: Limit
    safe: Limit

    def breach(self, sample: Sample, *, insulin: bool) -> bool | None:
        """None when it depends on how long ago the meal was."""
        if not self.high.below(sample) or (insulin and self.low.below(sample)):
            return True
        certain = self.fine.below(sample) and not (insulin and self.safe.below(sample))
        return False if certain else None

    def beyond(self, sample: Sample) -> Decimal:
        """How far outside, in mg/dL."""
        value = self.high.value(sample)
        return max(value - self.high.figures[GLUCOSE.unit], self.low.figures[GLUCOSE.unit] - value)


FASTING: Final = limit(95, "5.3")
TARGETS: Final = {
    "fasting": Target(FASTING, FASTING, LEVEL_1, LEVEL_1),
    "after_meal": Target(limit(140, "7.8"), limit(120, "6.7"), limit(100, "5.6"), limit(110, "6.1")),
}


def verdict(sample: Sample, case: Case) -> bool | None:
    """Whether the reading is outside its target; None when there is not enough to judge by. Who is not pregnant is
    never outside."""
    if not case.has(*PREGNANT, sample.at):
        return False
    target = TARGETS.get(sample.context.get("meal", ""))
    return target.breach(sample, insulin=case.has(*INSULIN, sample.at)) if target else None


def may_breach(sample: Sample) -> bool:
    target = TARGETS.get(sample.context.get("meal", ""))
    return target is not None and target.breach(sample, insulin=True) is True


class OutsideWeek:
    """The readings outside their target within (at - 7 d, at]; a doubtful clock cannot say whether it lies in it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.outside: deque[datetime] = deque()

    def move(self, moment: Moment) -> None:
        self.outside.extend(each.at for each in moment if not each.doubtful and verdict(each, self.case))
        while self.outside and moment[0].at - self.outside[0] >= WEEK:
            self.outside.popleft()


def outside(sample: Sample, window: OutsideWeek, case: Case) -> Breach | None:
    if not verdict(sample, case):
        return None
    severity = "HIGH" if len(window.outside) >= OFTEN else "MOD"
    return Breach(sample, severity, TARGETS[sample.context["meal"]].beyond(sample))


def fold_pregnancy(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Doubtful clocks are judged, though not counted towards the week."""
    decided = (sample for sample in samples if verdict(sample, case) is not None)
    return fold(GLU_PREG.id, moments(decided), start, case, outside, OutsideWeek(case))


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
    on=False,
)
