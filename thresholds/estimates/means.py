"""Means that readings join and leave, exactly: what is left never depends on what passed through."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Final
from zoneinfo import ZoneInfo

from thresholds.compare import EXACT
from thresholds.fold import Moment
from thresholds.types import Sample

Numbers = tuple[Decimal, ...]
Take = Callable[[Sample], Numbers]
ZERO: Final = Decimal(0)


class Mean:
    """Count and sums of some numbers each; `of` is their mean, and there must be any."""

    def __init__(self, width: int) -> None:
        self.count = 0
        self.sums = [ZERO] * width

    def add(self, numbers: Numbers) -> None:
        self.count += 1
        self.sums = list(map(EXACT.add, self.sums, numbers))

    def remove(self, numbers: Numbers) -> None:
        self.count -= 1
        self.sums = list(map(EXACT.subtract, self.sums, numbers))

    def of(self, place: int = 0) -> Fraction:
        return quotient([self.sums[place]], self.count)


class RecentAndBefore:
    """The means of (at - recent, at] and of the span `before` that ends there, for the newest moment's `at`."""

    def __init__(self, take: Take, width: int, recent: timedelta, before: timedelta) -> None:
        self.take = take
        self.spans = recent, recent + before
        self.recent, self.before = Mean(width), Mean(width)
        self.newer: deque[tuple[datetime, Numbers]] = deque()
        self.older: deque[tuple[datetime, Numbers]] = deque()

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        for numbers in map(self.take, moment):
            self.newer.append((at, numbers))
            self.recent.add(numbers)
        while at - self.newer[0][0] >= self.spans[0]:
            passed = self.newer.popleft()
            self.recent.remove(passed[1])
            self.before.add(passed[1])
            self.older.append(passed)
        while self.older and at - self.older[0][0] >= self.spans[1]:
            self.before.remove(self.older.popleft()[1])


class ByDate:
    """The mean of each local date with readings, of the `dates` dates that end with the newest moment's."""

    def __init__(self, take: Take, width: int, zone: ZoneInfo, dates: int) -> None:
        self.take = take
        self.width = width
        self.zone = zone
        self.back = timedelta(days=dates - 1)
        self.means: dict[date, Mean] = {}

    def move(self, moment: Moment) -> None:
        today = moment[0].at.astimezone(self.zone).date()
        self.means = {day: mean for day, mean in self.means.items() if day >= today - self.back}
        mean = self.means.setdefault(today, Mean(self.width))
        for numbers in map(self.take, moment):
            mean.add(numbers)


def quotient(numbers: Iterable[Decimal], by: int) -> Fraction:
    """The sum of `numbers` divided by `by`. One fraction is made of it: making them is what exact means cost."""
    top, bottom = reduce(EXACT.add, numbers).as_integer_ratio()
    return Fraction(top, bottom * by)


def decimal(value: Fraction) -> Decimal:
    """For ordering and showing: 200 digits of it."""
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def shown(value: Fraction, rounding: str, places: str = "0.1") -> str:
    return str(decimal(value).quantize(Decimal(places), rounding, EXACT))
