"""A heartbeat that the cuff finds irregular: HR-IRREG (clinical reference §3.2)."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from models.measures import BLOOD_PRESSURE, COUNT
from thresholds.compare import component_of, number
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

IRREGULAR: Final = component_of(BLOOD_PRESSURE, "irregular")
LAST: Final = 10
WITHIN: Final = timedelta(days=30)


def is_irregular(sample: Sample) -> bool:
    return number(sample.values[IRREGULAR.name]) > 0


class LastTen:
    """Whether each of the last ten instants, of 30 days at most, was irregular."""

    def __init__(self) -> None:
        self.seen: deque[tuple[datetime, bool]] = deque(maxlen=LAST)

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        self.seen.append((at, any(map(is_irregular, moment))))
        while at - self.seen[0][0] > WITHIN:
            self.seen.popleft()

    @property
    def irregular(self) -> int:
        return sum(irregular for _, irregular in self.seen)


def often(sample: Sample, window: LastTen, case: Case, bounds: Bounds) -> Breach | None:
    if window.irregular < bounds["readings"].number:
        return None
    return Breach(sample, "INFO", Decimal(window.irregular), f"{window.irregular} of {len(window.seen)} readings")


def fold_irregular(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Only readings of cuffs that tell, and without those of a doubtful clock: the last ten need an order. Three are
    enough, however few there are beside them; an episode ends when fewer are left among the last ten."""
    telling = (sample for sample in samples if IRREGULAR.name in sample.values)
    return fold(HR_IRREG, moments(telling, doubtful=False), start, case, often, LastTen())


HR_IRREG: Final = Rule(
    id="HR-IRREG",
    words="Irregular heartbeat seen by the cuff, to be confirmed by ECG: in at least 3 of the last 10 readings",
    limit="3 of 10 readings",
    stream="blood_pressure",
    severity="INFO",
    source="our own",
    standing="(design); of 30 days at most",
    fold=fold_irregular,
    lookback=WITHIN,
    parameters=(parameter("readings", "irregular readings of the last ten", "3 1", "lower", COUNT, "10 1"),),
)
