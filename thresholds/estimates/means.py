"""Means of what lies in a window that moves, exactly: they never depend on what passed through it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        self.known: dict[int, Fraction] = {}

    def add(self, numbers: Numbers) -> None:
        self.count += 1
        self.sums = list(map(EXACT.add, self.sums, numbers))
        self.known = {}

    def of(self, place: int = 0) -> Fraction:
        """Kept until more is added: a day is in the windows of many days."""
        mean = self.known.get(place)
        if mean is None:
            mean = self.known[place] = quotient([self.sums[place]], self.count)
        return mean


@dataclass(frozen=True, slots=True)
class Span:
    """What was measured in a span of time, of all that passed: from the place `first` to before the place `last`."""

    passed: "Passed"
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first

    @property
    def dated(self) -> Sequence[datetime]:
        return self.passed.dated[self.first : self.last]

    def of(self, place: int = 0) -> Fraction:
        """The mean of one of the numbers; there must be any."""
        return quotient([self.sum(place)], self.count)

    def sum(self, place: int = 0) -> Decimal:
        sums = self.passed.sums
        return EXACT.subtract(sums[self.last][place], sums[self.first][place])

    def more(self, before: "Span", place: int = 0) -> Fraction:
        """The mean less that of another span; neither may be empty."""
        mine, theirs = EXACT.multiply(self.sum(place), before.count), EXACT.multiply(before.sum(place), self.count)
        return quotient([EXACT.subtract(mine, theirs)], self.count * before.count)


class Passed:
    """When each reading was measured, and the sums of the numbers before each place: exact, so that their difference
    is what lies between."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.dated: list[datetime] = []
        self.sums: list[Numbers] = [(ZERO,) * width]

    def add(self, at: datetime, numbers: Numbers) -> None:
        self.dated.append(at)
        self.sums.append(tuple(map(EXACT.add, self.sums[-1], numbers)))


class RecentAndBefore:
    """What was measured in (at - recent, at], and in the span `before` that ends there, for the newest moment's `at`.
    Cut out when it is asked for: much more passes through than is judged."""

    def __init__(self, take: Take, width: int, recent: timedelta, before: timedelta) -> None:
        self.take = take
        self.lengths = recent, recent + before
        self.passed = Passed(width)
        self.parts = Span(self.passed, 0, 0), Span(self.passed, 0, 0)
        self.coming: list[Sample] = []

    def move(self, moment: Moment) -> None:
        self.coming += moment

    def split(self) -> tuple[Span, Span]:
        """The recent ones, and those before them."""
        if self.coming:
            for sample in self.coming:
                self.passed.add(sample.at, self.take(sample))
            self.coming = []
            middle, first = map(self._after, self.lengths)
            self.parts = Span(self.passed, middle, len(self.passed.dated)), Span(self.passed, first, middle)
        return self.parts

    def both_have(self, enough: int) -> bool:
        recent, before = self.split()
        return min(recent.count, before.count) >= enough

    def _after(self, length: timedelta) -> int:
        at = self.passed.dated[-1]
        return bisect_right(self.passed.dated, -length, key=lambda each: each - at)


class ByDate:
    """The mean of each local date with readings, of the `dates` dates that end with the newest moment's. Made when it
    is asked for, as `RecentAndBefore`."""

    def __init__(self, take: Take, width: int, zone: ZoneInfo, dates: int) -> None:
        self.take = take
        self.width = width
        self.zone = zone
        self.back = timedelta(days=dates - 1)
        self.made: dict[date, Mean] = {}
        self.coming: list[Sample] = []

    def move(self, moment: Moment) -> None:
        self.coming += moment

    @property
    def means(self) -> Mapping[date, Mean]:
        if self.coming:
            self._make()
        return self.made

    def _make(self) -> None:
        today = self.coming[-1].at.astimezone(self.zone).date()
        made = {day: mean for day, mean in self.made.items() if day >= today - self.back}
        for sample in self.coming:
            day = sample.at.astimezone(self.zone).date()
            if day >= today - self.back:
                made.setdefault(day, Mean(self.width)).add(self.take(sample))
        self.made, self.coming = made, []


def quotient(numbers: Iterable[Decimal], by: int) -> Fraction:
    """The sum of `numbers` divided by `by`. One fraction is made of it: making them is what exact means cost."""
    top, bottom = reduce(EXACT.add, numbers).as_integer_ratio()
    return Fraction(top, bottom * by)


def decimal(value: Fraction) -> Decimal:
    """For ordering and showing: 200 digits of it."""
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def shown(value: Fraction, rounding: str, places: str = "0.1") -> str:
    return str(decimal(value).quantize(Decimal(places), rounding, EXACT))
