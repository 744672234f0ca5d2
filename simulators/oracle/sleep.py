"""Nights: what a week or a month of them shows, and what one does. A night belongs to the local date it ends on."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Final

from simulators.oracle.believable import believable
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen, rows

ENOUGH: Final = 4  # nights of seven; with fewer nothing is judged
Nights = Sequence[Point]


def slp_ahi(seen: Seen) -> list[Point]:
    """The median of seven dates is 5 an hour or more."""
    return _median_of_five(seen, believable(seen, "sleep").having("ahi"))


def slp_ahi_cpap(seen: Seen) -> list[Point]:
    """The same of nights on therapy."""
    nights = believable(seen, "sleep").having("ahi")
    treated = [night for night in nights.points if seen.has("therapy", "cpap", night.at)]
    return _median_of_five(seen, Seen(seen.patient, treated))


def _median_of_five(seen: Seen, nights: Seen) -> list[Point]:
    def raised(week: Nights) -> bool | None:
        return median(night.number("ahi") for night in week) >= 5 if len(week) >= ENOUGH else None

    return _over(seen, nights.points, 7, raised)


def slp_cpap_use(seen: Seen) -> list[Point]:
    """Less than 4 h on more than 30 % of the nights of 30 dates, from 14 nights on."""
    nights = seen.sure.having("therapy_time").points
    treated = [night for night in nights if seen.has("therapy", "cpap", night.at)]

    def little(month: Nights) -> bool | None:
        worn = _by_date(seen, month, "therapy_time")
        short = sum(minutes < 240 for minutes in worn.values())
        return 10 * short > 3 * len(worn) if len(worn) >= 14 else None

    return _over(seen, treated, 30, little)


def slp_odi(seen: Seen) -> list[Point]:
    """15 an hour or more on three of seven dates."""

    def frequent(week: Nights) -> bool:
        return sum(index >= 15 for index in _by_date(seen, week, "odi").values()) >= 3

    return _over(seen, seen.sure.having("odi").points, 7, frequent)


def slp_short(seen: Seen) -> list[Point]:
    """The mean of seven dates is below 7 h."""

    def short(week: Nights) -> bool | None:
        slept = _by_date(seen, week, "total_sleep")
        return sum(slept.values()) < 420 * len(slept) if len(slept) >= ENOUGH else None

    return _over(seen, seen.sure.having("total_sleep").points, 7, short)


def slp_eff(seen: Seen) -> list[Point]:
    """The mean over seven dates of sleep in the time in bed is below 85 %."""

    def broken(week: Nights) -> bool | None:
        slept, lain = (_by_date(seen, week, name) for name in ("total_sleep", "time_in_bed"))
        shares = [Fraction(slept[day]) / Fraction(lain[day]) for day in slept if lain[day]]
        return sum(shares) < Fraction(85, 100) * len(shares) if len(shares) >= ENOUGH else None

    return _over(seen, seen.sure.having("total_sleep").having("time_in_bed").points, 7, broken)


def slp_spo2_88(seen: Seen) -> list[Point]:
    """One night is enough, of a lost clock too; so for the next two."""
    return rows(seen.having("t88").points, lambda night: night.number("t88") >= 5)


def slp_nadir(seen: Seen) -> list[Point]:
    return rows(seen.having("spo2_min").points, lambda night: night.number("spo2_min") < 90)


def slp_t90(seen: Seen) -> list[Point]:
    """More than five minutes below 90 %, or more than 30 % of the time in bed."""

    def low(night: Point) -> bool:
        minutes = night.number("t90")
        bed = night.number("time_in_bed") if "time_in_bed" in night.values else Decimal(0)
        return minutes > 5 or (bed > 0 and 10 * minutes > 3 * bed)

    return rows(seen.having("t90").points, low)


def _over(seen: Seen, nights: Nights, dates: int, breaks: Callable[[Nights], bool | None]) -> list[Point]:
    """Judged at each night over so many dates, of which its own is the last."""

    def judged(last: Point) -> bool | None:
        since = seen.day(last) - timedelta(days=dates)
        return breaks([night for night in nights if night.at <= last.at and seen.day(night) > since])

    return rows(nights, judged)


def _by_date(seen: Seen, nights: Nights, name: str) -> dict[date, Decimal]:
    """What one of a date's nights says; of the therapy the spells add up. (The simulator has one a date.)"""
    found: dict[date, Decimal] = {}
    for night in nights:
        found[seen.day(night)] = found.get(seen.day(night), Decimal(0)) + night.number(name)
    return found
