"""Medians, and a person's own baseline: median and median absolute deviation (clinical reference §3.9)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Final, NamedTuple

from thresholds.compare import EXACT

ENOUGH: Final = 14
NORMAL: Final = Fraction("1.4826")  # the deviation that is one standard deviation where readings are normal


class Baseline(NamedTuple):
    """What is usual: `middle`, and the median distance from it, `mad`."""

    middle: Fraction
    mad: Fraction

    def z(self, value: Fraction) -> Fraction | None:
        """How many standard deviations away, if readings were normal; None where nothing ever varied."""
        return (value - self.middle) / (NORMAL * self.mad) if self.mad else None


def middle(ordered: Sequence[Decimal]) -> Decimal:
    """The median of numbers that are in order, of which there must be any; exact."""
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else EXACT.divide(EXACT.add(ordered[half - 1], ordered[half]), Decimal(2))


def baseline(values: Sequence[Fraction]) -> Baseline | None:
    """None for fewer than 14 readings, which are not enough to judge by."""
    if len(values) < ENOUGH:
        return None
    middle = median(values)
    return Baseline(middle, median([abs(value - middle) for value in values]))
