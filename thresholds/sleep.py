"""Sleep: SLP-AHI, the median apnea–hypopnea index of seven nights (clinical reference §3.7)."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import SLEEP
from thresholds.compare import EXACT, component_of, converted
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

AHI: Final = component_of(SLEEP, "ahi")
TIERS: Final = (("high", "HIGH"), ("moderate", "MOD"), ("info", "INFO"))
OTHER_NIGHTS: Final = timedelta(days=6)
ENOUGH: Final = 4


class Nights:
    """The values of the seven local dates that end with the newest moment's; a night belongs to the date it ends on."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.dated: deque[tuple[date, Decimal]] = deque()
        self.sorted: list[Decimal] = []

    def move(self, moment: Moment) -> None:
        night = moment[0].at.astimezone(self.zone).date()
        while self.dated and self.dated[0][0] < night - OTHER_NIGHTS:
            del self.sorted[bisect_left(self.sorted, self.dated.popleft()[1])]
        for sample in moment:
            index = converted(sample.values[AHI.name], AHI)
            self.dated.append((night, index))
            insort(self.sorted, index)

    def median(self) -> Decimal:
        half, odd = divmod(len(self.sorted), 2)
        if odd:
            return self.sorted[half]
        return EXACT.divide(EXACT.add(self.sorted[half - 1], self.sorted[half]), Decimal(2))


def disturbed(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    """Fewer than four values are not enough to judge by."""
    if len(window.sorted) < ENOUGH:
        return None
    median = window.median()
    severity = next((severity for name, severity in TIERS if median >= bounds[name].number), None)
    if severity is None:
        return None
    # Rounded down, so that the figure never reads like a tier that was not reached.
    shown = median.quantize(Decimal("0.01"), ROUND_DOWN, EXACT)
    return Breach(sample, severity, median, f"median {shown} /h of {len(window.sorted)} nights")


def fold_index(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Only nights with an index, and without those of a doubtful clock: a trend needs to know when."""
    measured = (sample for sample in samples if AHI.name in sample.values)
    return fold(SLP_AHI, moments(measured, doubtful=False), start, case, disturbed, Nights(ZoneInfo(case.zone)))


SLP_AHI: Final = Rule(
    id="SLP-AHI",
    words="Disturbed breathing in sleep: median apnea–hypopnea index of 7 nights (at least 4 values) ≥ 5 per hour;"
    " MOD from 15, HIGH from 30",
    limit="5, 15, 30 /h",
    stream="sleep",
    severity="INFO",
    source="Harvard sleep education, AHI page: 5–<15 mild, 15–<30 moderate, ≥ 30 severe",
    standing="classes seen in the source; 7-night median, the four values and the severities (design)",
    fold=fold_index,
    lookback=timedelta(days=8),  # seven local dates last up to 7 d 1 h where clocks go back
    parameters=(
        parameter("info", "median from which on it is INFO", "5 /h", "lower", AHI),
        parameter("moderate", "median from which on it is MOD", "15 /h", "lower", AHI),
        parameter("high", "median from which on it is HIGH", "30 /h", "lower", AHI),
    ),
)
