"""Theil–Sen: the median of all pairs' slopes, with Sen's confidence interval (1968)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import floor, lcm, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

Z: Final = NormalDist().inv_cdf(0.975)  # 95 %, both sides


class Slope(NamedTuple):
    """Per unit of x. The bounds are None where there are too few points for any."""

    median: Fraction
    lower: Fraction | None
    upper: Fraction | None


def theil_sen(points: Sequence[tuple[int, Fraction]]) -> Slope | None:
    """Exact, for points with an x each of their own; None for fewer than two. Everything is scaled to whole numbers
    first, because there are half as many slopes as points squared."""
    if len(points) < 2:
        return None
    run = lcm(*{abs(one - two) for (one, _), (two, _) in combinations(points, 2)})
    rise = lcm(*(y.denominator for _, y in points))
    whole = sorted((x, int(y * rise)) for x, y in points)
    slopes = sorted((y2 - y1) * (run // (x2 - x1)) for (x1, y1), (x2, y2) in combinations(whole, 2))
    rank = lower_rank(len(points))
    bounds = [Fraction(slopes[place], run * rise) for place in (rank - 1, -rank)] if rank else [None, None]
    twice = slopes[len(slopes) // 2] + slopes[(len(slopes) - 1) // 2]
    return Slope(Fraction(twice, 2 * run * rise), *bounds)


def may_reach(points: Sequence[tuple[int, Fraction]], limit: Fraction) -> bool:
    """Whether the median slope may be `limit` or more: not when fewer than half of all pairs rise so fast. Exact, and a
    tenth of the work of `theil_sen`. The points are in order of x."""
    scale = lcm(limit.denominator, *(y.denominator for _, y in points))
    step = limit.numerator * (scale // limit.denominator)
    above = [y.numerator * (scale // y.denominator) - step * x for x, y in points]
    rising = sum(one <= two for one, two in combinations(above, 2))
    return 2 * rising >= len(points) * (len(points) - 1) // 2


def lower_rank(points: int) -> int:
    """Which of the slopes from the smallest on is the lower bound, and from the largest on the upper; 0 for none. Cut,
    and without a correction for ties: both make the interval wider."""
    pairs = points * (points - 1) // 2
    spread = Z * sqrt(points * (points - 1) * (2 * points + 5) / 18)
    return max(0, floor((pairs - spread) / 2))
