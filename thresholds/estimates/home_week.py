"""The home blood pressure protocol: seven days, the first perhaps left out (clinical reference §3.3)."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from thresholds.estimates.means import Mean, quotient

DATES: Final = 7
ENOUGH_DAYS: Final = 3
ENOUGH_READINGS: Final = 12


class HomeMean(NamedTuple):
    """Means in mmHg over `readings` on `days` local dates."""

    systolic: Fraction
    diastolic: Fraction
    readings: int
    days: int


def is_enough(week: Mapping[date, Mean], *, discard_first_day: bool) -> bool:
    """Twelve readings on three days, the first perhaps left out, which is the first date with readings."""
    used = sorted(week)[discard_first_day:]
    return len(used) >= ENOUGH_DAYS and sum(week[day].count for day in used) >= ENOUGH_READINGS


def home_mean(week: Mapping[date, Mean], *, discard_first_day: bool) -> HomeMean | None:
    """The mean of all readings, systolic and diastolic, of up to seven local dates; None when insufficient."""
    if not is_enough(week, discard_first_day=discard_first_day):
        return None
    used = [week[day] for day in sorted(week)[discard_first_day:]]
    readings = sum(each.count for each in used)
    systolic, diastolic = (quotient([each.sums[place] for each in used], readings) for place in (0, 1))
    return HomeMean(systolic, diastolic, readings, len(used))
