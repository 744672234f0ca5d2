"""Fingerstick and plasma glucose: GLU-L2, GLU-L1, GLU-XHI (clinical reference §3.4). Doubtful clocks are judged too."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from models.measures import COUNT
from thresholds.fold import Breach, Moment, NoWindow, fold, moments
from thresholds.glucose.limits import high, low
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

WEEK: Final = timedelta(days=7)
LOWERING: Final = ("insulin", "sulfonylurea")


def level_2(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    bound = bounds["low"]
    return Breach(sample, "CRIT", bound.value(sample).copy_negate()) if bound.below(sample) else None


def extreme(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    bound = bounds["high"]
    return None if bound.below(sample) else Breach(sample, "CRIT", bound.value(sample))


def is_level_1(case: Case) -> Callable[[Sample], bool]:
    """Level 1 begins below its own limit and ends where level 2 begins for this patient, so that none lies between."""
    level_1_at, level_2_at = bounds_of(GLU_L1, case), bounds_of(GLU_L2, case)
    return lambda sample: level_1_at(sample.at)["low"].below(sample) and not level_2_at(sample.at)["low"].below(sample)


class LowWeek:
    """The level-1 readings within (at - 7 d, at]; a doubtful clock cannot say whether it lies in a week."""

    def __init__(self, is_level_1: Callable[[Sample], bool]) -> None:
        self.is_level_1 = is_level_1
        self.lows: deque[datetime] = deque()

    def move(self, moment: Moment) -> None:
        self.lows.extend(sample.at for sample in moment if not sample.doubtful and self.is_level_1(sample))
        while self.lows and moment[0].at - self.lows[0] >= WEEK:
            self.lows.popleft()


def level_1(sample: Sample, window: LowWeek, case: Case, bounds: Bounds) -> Breach | None:
    if not window.is_level_1(sample):
        return None
    raised = len(window.lows) >= bounds["often"].number or any(
        case.has("medication", name, sample.at) for name in LOWERING
    )
    return Breach(sample, "HIGH" if raised else "MOD", bounds["low"].value(sample).copy_negate())


def fold_level_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(GLU_L2, moments(samples), start, case, level_2, NoWindow())


def fold_level_1(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """A reading below level 1's floor is level 2's, and ends an episode of level 1."""
    return fold(GLU_L1, moments(samples), start, case, level_1, LowWeek(is_level_1(case)))


def fold_extreme(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(GLU_XHI, moments(samples), start, case, extreme, NoWindow())


GLU_L2: Final = Rule(
    id="GLU-L2",
    words="Level 2 low glucose: below 54 mg/dL (3.0 mmol/L), or LO",
    limit="54 mg/dL (3.0 mmol/L)",
    stream="glucose",
    severity="CRIT",
    source="ADA Standards §6, level 2 (Clinical Diabetes 42:196, 2024)",
    standing="seen in the source",
    fold=fold_level_2,
    parameters=(low("low", "glucose below which it is of level 2", "54 mg/dL, 3.0 mmol/L"),),
)
GLU_L1: Final = Rule(
    id="GLU-L1",
    words="Level 1 low glucose: below 70 mg/dL (3.9 mmol/L) and not below 54 (3.0);"
    " HIGH when two or more in 7 days, or on insulin or a sulfonylurea",
    limit="70 mg/dL (3.9 mmol/L)",
    stream="glucose",
    severity="MOD",
    source="ADA Standards §6, level 1 (Clinical Diabetes 42:196, 2024)",
    standing="limit seen in the source; escalation (design)",
    fold=fold_level_1,
    lookback=WEEK,
    interest=is_level_1,
    parameters=(
        low("low", "glucose below which it is of level 1", "70 mg/dL, 3.9 mmol/L"),
        parameter("often", "such readings within 7 days from which on it is HIGH", "2 1", "lower", COUNT),
    ),
)
GLU_XHI: Final = Rule(
    id="GLU-XHI",
    words="Extremely high glucose: at least 400 mg/dL (22.2 mmol/L), or HI",
    limit="400 mg/dL (22.2 mmol/L)",
    stream="glucose",
    severity="CRIT",
    source="our own; hyperosmolar state (HHS) range ≥ 600 mg/dL",
    standing="(design); HHS range (unverified)",
    fold=fold_extreme,
    parameters=(high("high", "glucose from which on it is extreme", "400 mg/dL, 22.2 mmol/L"),),
)
