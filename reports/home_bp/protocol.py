"""The seven days of the protocol, and means of readings (§3.3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from reports.figure import Figure, figure
from reports.period import midnight

DATES: Final = 7
ENOUGH_DAYS: Final = 3
ENOUGH_READINGS: Final = 12
A_HALF: Final = 2  # readings, morning and evening
HALVES: Final = {"morning": (4, 12), "evening": (16, 24)}  # hours of the local day (design)
PRESSURES: Final = ("systolic", "diastolic")


@dataclass(frozen=True, slots=True)
class Week:
    """The seven local dates that end with the newest reading's. `frame` holds the readings that count, without those of
    `discarded`, the first date with readings, when it is left out."""

    frame: pd.DataFrame
    first: date | None
    last: date | None
    discarded: date | None
    zone: str

    def why(self) -> str:
        """What the week lacks; empty when it suffices."""
        days, readings = self.frame["day"].nunique(), len(self.frame)
        if days >= ENOUGH_DAYS and readings >= ENOUGH_READINGS:
            return ""
        return f"{readings} readings on {days} days, and {ENOUGH_READINGS} on {ENOUGH_DAYS} are needed"

    def figure(self, frame: pd.DataFrame, name: str, how: str, why: str = "") -> Figure:
        """Of `frame`, some or all of the week's readings."""
        spans = {} if self.first is None or self.last is None else {
            "since": midnight(self.first, self.zone), "until": midnight(self.last + timedelta(days=1), self.zone)
        }  # fmt: skip
        return figure(frame[name].agg(how), "mmHg", len(frame), why or self.why(), **spans)


def week_of(frame: pd.DataFrame, zone: str, *, discard_first_day: bool) -> Week:
    if frame.empty:
        return Week(frame, None, None, None, zone)
    last = frame["day"].max()
    first = last - timedelta(days=DATES - 1)
    week = frame[frame["day"] >= first]
    discarded = week["day"].min() if discard_first_day else None
    return Week(week[week["day"] != discarded], first, last, discarded, zone)


def half(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The readings of mornings or of evenings."""
    begin, end = HALVES[name]
    hours = frame["local"].dt.hour
    return frame[(hours >= begin) & (hours < end)]


def missing_slots(week: Week) -> int:
    """Of two readings on each morning and evening of the week's days, how many were not taken; more do not make up for
    others."""
    if week.first is None:
        return 2 * A_HALF * (DATES - 1)
    days = [week.first + timedelta(days=n) for n in range(DATES)]
    wanted = [day for day in days if day != (week.discarded or week.first)]
    taken = {name: half(week.frame, name)["day"].value_counts() for name in HALVES}
    return sum(max(A_HALF - int(taken[name].get(day, 0)), 0) for day in wanted for name in HALVES)
