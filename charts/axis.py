"""Axes: from what to what, where the ticks stand and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Final

STEPS: Final = (1, 2, 2.5, 5, 10)
MOST_DATES: Final = 9
DAY_STEPS: Final = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728, 1820, 3640)


@dataclass(frozen=True, slots=True)
class Axis:
    """`ticks` are (value, label); `words` name the axis with its unit."""

    lo: float
    hi: float
    ticks: tuple[tuple[float, str], ...]
    words: str = ""

    def share(self, value: float) -> float:
        """Where a value lies, 0 at `lo` and 1 at `hi`; beyond the ends it is at the end."""
        return min(max((value - self.lo) / (self.hi - self.lo), 0.0), 1.0)


def numbers(values: Iterable[float], words: str, *, about: int = 6) -> Axis:
    """From below the smallest to above the largest value, with round ticks; without values from 0 to 1."""
    known = sorted(values) or [0.0, 1.0]
    lo, hi = known[0], known[-1]
    if hi - lo < 1e-9:
        lo, hi = lo - 1, hi + 1
    step = _step((hi - lo) / about)
    first, last = floor(lo / step), ceil(hi / step)
    ticks = tuple((n * step, f"{round(n * step, 6):g}") for n in range(first, last + 1))
    return Axis(first * step, last * step, ticks, words)


def _step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in STEPS if step * power >= least * (1 - 1e-9))


def dates(first: date, last: date, words: str = "") -> Axis:
    """x is days since `first`: a date is drawn from n to n + 1, its tick in the middle."""
    count = (last - first).days + 1
    step = next((each for each in DAY_STEPS if count / each <= MOST_DATES), count)
    ticks = tuple((n + 0.5, day_words(first + timedelta(days=n), count)) for n in range(0, count, step))
    return Axis(0, count, ticks, words)


def day_words(day: date, span: int = 0) -> str:
    """Such as 5 Jan; Jan 2026 where the axis is longer than most of a year."""
    return f"{day:%b %Y}" if span > 300 else f"{day.day} {day:%b}"


def hours(words: str = "local time") -> Axis:
    """x is minutes since midnight."""
    return Axis(0, 1440, tuple((hour * 60, f"{hour:02}:00") for hour in range(0, 25, 3)), words)
