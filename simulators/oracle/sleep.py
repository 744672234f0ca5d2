"""SLP-AHI: the median of the nights of seven local dates, from four nights on, at 5 events an hour or more."""

from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from simulators.oracle.believable import believable
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen, rows

NIGHTS: Final = timedelta(days=7)
ENOUGH: Final = 4
MILD: Final = Decimal(5)


def slp_ahi(seen: Seen) -> list[Point]:
    nights = believable(seen, "sleep").having("ahi").points

    def raised(last: Point) -> bool:
        today = seen.day(last)
        ahead = [night for night in nights if night.at <= last.at]
        week = [night.number("ahi") for night in ahead if seen.day(night) > today - NIGHTS]
        return len(week) >= ENOUGH and median(week) >= MILD

    return rows(nights, raised)
