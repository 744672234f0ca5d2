"""What the rules of sleep share: nights by local date, a median of them, and the tiers of a figure.

A night belongs to the local date it ends on. Over a week fewer than four nights are not enough to judge by (design).
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import SLEEP, Component
from thresholds.compare import Bound, component_of, converted
from thresholds.estimates.means import ByDate, Take
from thresholds.estimates.spread import middle
from thresholds.fold import Moment
from thresholds.limits import Bounds
from thresholds.types import Case, Sample

ENOUGH: Final = 4
DATES: Final = 7
WEEK: Final = timedelta(days=DATES + 1)  # seven local dates last up to 7 d 1 h where clocks go back
TIERS: Final = {"high": "HIGH", "moderate": "MOD", "info": "INFO"}

TIME_IN_BED: Final = component_of(SLEEP, "time_in_bed")
TOTAL_SLEEP: Final = component_of(SLEEP, "total_sleep")


def measured(samples: Iterable[Sample], *components: Component) -> Iterator[Sample]:
    """The nights that have a value of each component; the others say nothing."""
    return (sample for sample in samples if all(each.name in sample.values for each in components))


def value(sample: Sample, component: Component) -> Decimal:
    return converted(sample.values[component.name], component)


def severity_of(bounds: Bounds, holds: Callable[[Bound], bool]) -> str | None:
    """The worst of the rule's tiers for whose limit it holds; None for none."""
    return next((severity for name, severity in TIERS.items() if name in bounds and holds(bounds[name])), None)


class Nights(ByDate):
    """The values of so many local dates. `enough`: the nights from which on the rule judges."""

    def __init__(self, take: Take, case: Case, dates: int, enough: int, width: int = 1) -> None:
        super().__init__(take, width, ZoneInfo(case.zone), dates)
        self.enough = enough

    def has_enough(self) -> bool:
        return len(self.means) >= self.enough


class Medians:
    """The values of the seven local dates that end with the newest moment's."""

    def __init__(self, component: Component, zone: ZoneInfo) -> None:
        self.component = component
        self.zone = zone
        self.dated: deque[tuple[date, Decimal]] = deque()
        self.sorted: list[Decimal] = []

    def move(self, moment: Moment) -> None:
        night = moment[0].at.astimezone(self.zone).date()
        while self.dated and self.dated[0][0] <= night - timedelta(days=DATES):
            del self.sorted[bisect_left(self.sorted, self.dated.popleft()[1])]
        for sample in moment:
            index = value(sample, self.component)
            self.dated.append((night, index))
            insort(self.sorted, index)

    def has_enough(self) -> bool:
        return len(self.sorted) >= ENOUGH

    def median(self) -> Decimal:
        """There must be any."""
        return middle(self.sorted)
