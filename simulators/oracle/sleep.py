"""SLP-AHI: the median of the nights of seven local dates, from four nights on, at 5 events an hour or more."""

from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from simulators.oracle.point import Point

NIGHTS: Final = timedelta(days=7)
ENOUGH: Final = 4
MILD: Final = Decimal(5)


def slp_ahi(points: list[Point], zone: ZoneInfo) -> list[Point]:
    nights = [point for point in points if point.sure and "ahi" in point.values]
    raised = [_raised(nights[: n + 1], zone) for n in range(len(nights))]
    return [point for n, point in enumerate(nights) if raised[n] and not (n and raised[n - 1])]


def _raised(nights: list[Point], zone: ZoneInfo) -> bool:
    """Judged at the last of `nights`."""
    dates = [night.at.astimezone(zone).date() for night in nights]
    week = [night.number("ahi") for night, day in zip(nights, dates, strict=True) if day > dates[-1] - NIGHTS]
    return len(week) >= ENOUGH and median(week) >= MILD
