"""Weight gain in heart failure: WT-HF-1D, WT-HF-3D and WT-HF-7D (clinical reference §3.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import ge, gt
from typing import Final

from models.measures import MASS
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import Parameter, parameter
from thresholds.types import Case, Found, Rule, Sample
from thresholds.weight.scale import HEART_FAILURE, Extreme, Nearest, beyond, gain, shown

DAY: Final = timedelta(hours=24)
LEAST: Final = timedelta(hours=18)
MOST: Final = timedelta(hours=36)
SPAN: Final = timedelta(days=3)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gained:
    """Whether a weighing exceeds the earlier one; no earlier one is not enough to judge by."""

    span: str
    exceeds: Callable[[Decimal, int], bool]

    def breach(self, sample: Sample, window: Nearest | Extreme, case: Case, bounds: Bounds) -> Breach | None:
        before = window.before
        if before is None or not case.has(*HEART_FAILURE, sample.at):
            return None
        if not self.exceeds(beyond(bounds["gain"], before, sample), 0):
            return None
        more = gain(before, sample)
        return Breach(sample, "HIGH", more, f"{shown(more)} in {self.span}")


IN_A_DAY: Final = Gained("a day", ge)
IN_THREE: Final = Gained("3 days", gt)
IN_SEVEN: Final = Gained("7 days", ge)


def grown(words: str, pairs: str) -> tuple[Parameter]:
    return (parameter("gain", words, pairs, "lower", MASS),)


def fold_one_day(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Against the weighing nearest to 24 h before, of those 18 to 36 h before. Without readings of a doubtful clock, as
    all of these: a gain needs to know when. An episode ends when there is nothing to compare with, too."""
    window = Nearest(DAY, LEAST, MOST, sign=1)
    return fold(WT_HF_1D, moments(samples, doubtful=False), start, case, IN_A_DAY.breach, window)


def fold_three_days(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(WT_HF_3D, moments(samples, doubtful=False), start, case, IN_THREE.breach, Extreme(SPAN, sign=1))


def fold_seven_days(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(WT_HF_7D, moments(samples, doubtful=False), start, case, IN_SEVEN.breach, Extreme(WEEK, sign=1))


WT_HF_1D: Final = Rule(
    id="WT-HF-1D",
    words="Weight gain in heart failure: at least 1.36 kg (3 lb) above the weight a day before, nearest 24 h of those"
    " 18 to 36 h before",
    limit="+1.36 kg (3 lb) in a day",
    stream="weight",
    severity="HIGH",
    source="AHA: 2–3 lb in 24 h; the same limits on hospital patient pages (Allina, MedStar)",
    standing="AHA (unverified); seen on patient pages",
    fold=fold_one_day,
    lookback=MOST,
    needs=HEART_FAILURE,
    parameters=grown("gain in a day from which on it counts", "1.36 kg, 3 lb"),
)
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
    # 2 kg, not the 3 lb printed beside it in the source (§0 T5)
    parameters=grown("gain in 3 days above which it counts", "2.0 kg"),
)
WT_HF_7D: Final = Rule(
    id="WT-HF-7D",
    words="Weight gain in heart failure: at least 2.27 kg (5 lb) above the lowest weight of the 7 days before",
    limit="+2.27 kg (5 lb) in 7 days",
    stream="weight",
    severity="HIGH",
    source="AHA: 5 lb in a week; the same limit on hospital patient pages (Allina, MedStar)",
    standing="AHA (unverified); seen on patient pages",
    fold=fold_seven_days,
    lookback=WEEK,
    needs=HEART_FAILURE,
    parameters=grown("gain in 7 days from which on it counts", "2.27 kg, 5 lb"),
)
