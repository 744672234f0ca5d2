"""Fingerstick and plasma glucose: GLU-L2, GLU-L1, GLU-XHI (clinical reference §3.4). Doubtful clocks are judged too."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from thresholds.fold import Breach, Moment, NoWindow, fold, moments
from thresholds.glucose.limits import EXTREME, LEVEL_1, LEVEL_2
from thresholds.types import Case, Found, Rule, Sample

WEEK: Final = timedelta(days=7)
OFTEN: Final = 2
LOWERING: Final = ("insulin", "sulfonylurea")


def level_2(sample: Sample, window: NoWindow, case: Case) -> Breach | None:
    return Breach(sample, "CRIT", LEVEL_2.value(sample).copy_negate()) if LEVEL_2.below(sample) else None


def extreme(sample: Sample, window: NoWindow, case: Case) -> Breach | None:
    return None if EXTREME.below(sample) else Breach(sample, "CRIT", EXTREME.value(sample))


def is_level_1(sample: Sample) -> bool:
    return LEVEL_1.below(sample) and not LEVEL_2.below(sample)


class LowWeek:
    """The level-1 readings within (at - 7 d, at]; a doubtful clock cannot say whether it lies in a week."""

    def __init__(self) -> None:
        self.lows: deque[datetime] = deque()

    def move(self, moment: Moment) -> None:
        self.lows.extend(sample.at for sample in moment if not sample.doubtful and is_level_1(sample))
        while self.lows and moment[0].at - self.lows[0] >= WEEK:
            self.lows.popleft()


def level_1(sample: Sample, window: LowWeek, case: Case) -> Breach | None:
    if not is_level_1(sample):
        return None
    raised = len(window.lows) >= OFTEN or any(case.has("medication", name, sample.at) for name in LOWERING)
    return Breach(sample, "HIGH" if raised else "MOD", LEVEL_1.value(sample).copy_negate())


def fold_level_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(GLU_L2.id, moments(samples), start, case, level_2, NoWindow())


def fold_level_1(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """A reading below level 1's floor is level 2's, and ends an episode of level 1."""
    return fold(GLU_L1.id, moments(samples), start, case, level_1, LowWeek())


def fold_extreme(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(GLU_XHI.id, moments(samples), start, case, extreme, NoWindow())


GLU_L2: Final = Rule(
    id="GLU-L2",
    words="Level 2 low glucose: below 54 mg/dL (3.0 mmol/L), or LO",
    limit="54 mg/dL (3.0 mmol/L)",
    stream="glucose",
    severity="CRIT",
    source="ADA Standards §6, level 2 (Clinical Diabetes 42:196, 2024)",
    standing="seen in the source",
    fold=fold_level_2,
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
)
