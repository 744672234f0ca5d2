"""When a schedule is due: pure, by the calendar and the clock of a zone.

A local time that a change of clocks leaves out is due when the clock has jumped over it, one that comes twice is due
the first time: once each, like every other.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY, WEEK, MONTH = "day", "week", "month"
EVERY: Final = (DAY, WEEK, MONTH)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY: Final = timedelta(days=1)
FARTHEST: Final = 70  # days in which every rhythm is due at least once, with room for a date that a zone left out
LONGEST_MONTH: Final = 31


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`every` day, week or month, `on` a weekday or a day of the month (its last where it has none such; empty for
    every day), `at` a local time of day."""

    every: str
    on: str
    at: time

    def __post_init__(self) -> None:
        """Raises ValueError, for a person, when the parts do not fit together."""
        if self.every not in EVERY:
            raise ValueError(f"--every {self.every} is none of: {', '.join(EVERY)}")
        if self.every == DAY and self.on:
            raise ValueError("--every day has no --on: leave it out")
        if self.every == WEEK and self.on not in WEEKDAYS:
            raise ValueError(f"--every week needs --on with one of: {', '.join(WEEKDAYS)}")
        if self.every == MONTH and not _is_day_of_month(self.on):
            raise ValueError("--every month needs --on with a day of the month, 1 to 31")

    def falls_on(self, day: date) -> bool:
        if self.every == WEEK:
            return WEEKDAYS[day.weekday()] == self.on
        if self.every == MONTH:
            return day.day == min(int(self.on), monthrange(day.year, day.month)[1])
        return True


def next_due(rhythm: Rhythm, after: datetime, zone: str) -> datetime:
    """The first instant at which it is due later than `after`; aware UTC."""
    start = after.astimezone(ZoneInfo(zone)).date() - ONE_DAY
    return next(each for each in _dues(rhythm, start, ONE_DAY, zone) if each > after)


def last_due(rhythm: Rhythm, at: datetime, zone: str) -> datetime:
    """The last instant at which it was due, not later than `at`; aware UTC."""
    start = at.astimezone(ZoneInfo(zone)).date() + ONE_DAY
    return next(each for each in _dues(rhythm, start, -ONE_DAY, zone) if each <= at)


def instant_of(local: datetime, zone: str) -> datetime:
    """Of a time of day without zone: the first one where it comes twice, the end of the gap where it is left out."""
    known = ZoneInfo(zone)
    instant = local.replace(tzinfo=known, fold=0).astimezone(UTC)
    if instant.astimezone(known).replace(tzinfo=None) == local:
        return instant
    return _end_of_gap(local.replace(tzinfo=known, fold=1).astimezone(UTC), instant, known)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the jump, between an instant before it and one after it; clocks change on whole seconds."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _dues(rhythm: Rhythm, start: date, step: timedelta, zone: str) -> Iterator[datetime]:
    for number in range(FARTHEST):
        day = start + number * step
        if rhythm.falls_on(day):
            yield instant_of(datetime.combine(day, rhythm.at), zone)


def _is_day_of_month(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_MONTH
