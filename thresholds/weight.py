"""Weight: WT-HF-3D, gain over three days in heart failure (clinical reference §3.6)."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final

from models.measures import WEIGHT
from thresholds.compare import EXACT, component_of, converted
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.types import Case, Found, Rule, Sample

BODY: Final = component_of(WEIGHT, "weight")
GAIN: Final = Decimal("2.0")  # kg; 2 kg, not the 3 lb printed beside it in the source (§0 T5)
SPAN: Final = timedelta(days=3)
HEART_FAILURE: Final = ("condition", "heart_failure")


def kilograms(sample: Sample) -> Decimal:
    return converted(sample.values[BODY.name], BODY)


class Lowest:
    """The lowest weight within [at - 3 d, at), in kg; None when there is none."""

    def __init__(self) -> None:
        self.rising: deque[tuple[datetime, Decimal]] = deque()  # what may yet be the lowest: later and heavier
        self.before: Decimal | None = None

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        while self.rising and self.rising[0][0] < at - SPAN:
            self.rising.popleft()
        self.before = self.rising[0][1] if self.rising else None
        weight = min(map(kilograms, moment))
        while self.rising and self.rising[-1][1] >= weight:
            self.rising.pop()
        self.rising.append((at, weight))


def gained(sample: Sample, window: Lowest, case: Case) -> Breach | None:
    """No earlier weight within three days is not enough to judge by; nor is a patient without heart failure."""
    if window.before is None or not case.has(*HEART_FAILURE, sample.at):
        return None
    gain = EXACT.subtract(kilograms(sample), window.before)
    return Breach(sample, "HIGH", gain, figure_of(gain)) if gain > GAIN else None


def figure_of(gain: Decimal) -> str:
    """Rounded up, so that a breach never reads like the limit it exceeds."""
    return f"+{gain.quantize(Decimal('0.01'), ROUND_UP, EXACT)} kg in 3 days"


def fold_three_days(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without readings of a doubtful clock: a gain needs to know when."""
    return fold(WT_HF_3D.id, moments(samples, doubtful=False), start, case, gained, Lowest())


WT_HF_3D: Final = Rule(
    id="WT-HF-3D",
    words="Weight gain in heart failure: more than 2.0 kg above the lowest weight of the 3 days before",
    limit="+2.0 kg in 3 days",
    stream="weight",
    severity="HIGH",
    source="ESC Heart Failure Association (heartfailurematters.org); ESC 2021 guideline",
    standing="seen on the Association's patient site; ESC 2021 guideline (unverified)",
    fold=fold_three_days,
    lookback=SPAN,
    needs=HEART_FAILURE,
)
