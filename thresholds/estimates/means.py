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

    def of(self, place: int = 0) -> Fraction:
        return quotient([self.sums[place]], self.count)


class Span:
    """What was measured in a span of time. Summed when it is asked for: much more joins and leaves than is judged."""

    def __init__(self) -> None:
        self.dated: deque[tuple[datetime, Numbers]] = deque()

    @property
    def count(self) -> int:
        return len(self.dated)

    def of(self, place: int = 0) -> Fraction:
        """The mean of one of the numbers; there must be any."""
        return quotient([numbers[place] for _, numbers in self.dated], len(self.dated))


class RecentAndBefore:
    """The means of (at - recent, at] and of the span `before` that ends there, for the newest moment's `at`."""

    def __init__(self, take: Take, recent: timedelta, before: timedelta) -> None:
        self.take = take
        self.lengths = recent, recent + before
        self.recent, self.before = Span(), Span()

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        newer, older = self.recent.dated, self.before.dated
        newer.extend((at, numbers) for numbers in map(self.take, moment))
        while at - newer[0][0] >= self.lengths[0]:
            older.append(newer.popleft())
        while older and at - older[0][0] >= self.lengths[1]:
            older.popleft()


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
        if today not in self.means:
            self.means = {day: mean for day, mean in self.means.items() if day >= today - self.back}
            self.means[today] = Mean(self.width)
        for numbers in map(self.take, moment):
            self.means[today].add(numbers)


def quotient(numbers: Iterable[Decimal], by: int) -> Fraction:
    """The sum of `numbers` divided by `by`. One fraction is made of it: making them is what exact means cost."""
    top, bottom = reduce(EXACT.add, numbers).as_integer_ratio()
    return Fraction(top, bottom * by)


def decimal(value: Fraction) -> Decimal:
    """For ordering and showing: 200 digits of it."""
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def shown(value: Fraction, rounding: str, places: str = "0.1") -> str:
    return str(decimal(value).quantize(Decimal(places), rounding, EXACT))
