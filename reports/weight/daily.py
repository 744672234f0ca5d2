"""One weight a local date: the first of the day, and what it is compared with."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import pandas as pd

from reports.figure import finite
from reports.period import Period
from reports.rows import moments

WEEK: Final = timedelta(days=7)
LOOKBACK: Final = timedelta(days=15)  # what the first date is compared with, and what may speak against that
NEAR: Final = timedelta(hours=18), timedelta(hours=24), timedelta(hours=36)
Row = dict[str, Any]
Before = Sequence[tuple[timedelta, float]]
"""Weighings of the seven days before one: how long before, and the weight in kg."""


def daily(frame: pd.DataFrame, period: Period) -> list[Row]:
    """A row a date with weighings in the period: the first of them, how many there were, the median of the first
    weights of the seven dates that end with it, and the changes of that weighing in kg (§3.6): against the one nearest
    24 h before (18–36 h), and the lowest of the 3 and of the 7 days before. `frame` begins `LOOKBACK` earlier."""
    frame = frame[["day", "measured_at", "weight"]]
    inside = frame[frame["measured_at"] >= period.since]
    if inside.empty:
        return []
    earlier = frame[~frame["day"].isin(inside["day"])]
    first = pd.concat([earlier, inside]).drop_duplicates("day")
    weights = pd.Series(first["weight"].to_numpy(), index=pd.to_datetime(first["day"].to_numpy())).rolling("7D")
    known = zip(first["day"], moments(first), first["weight"], weights.median(), weights.count(), strict=True)
    counts, instants, every = inside["day"].value_counts().to_dict(), moments(frame), frame["weight"].tolist()
    return [
        {"day": day.isoformat(), "weight": float(weight), "n": int(counts[day]), "median_7d": finite(median),
         "days_in_median": int(days), **_changes(float(weight), _before(instants, every, at))}
        for day, at, weight, median, days in known if day in counts
    ]  # fmt: skip


def _before(instants: list[datetime], weights: list[float], at: datetime) -> Before:
    begin, end = bisect_left(instants, at - WEEK), bisect_left(instants, at)
    return [(at - instants[place], weights[place]) for place in range(begin, end)]


def _changes(weight: float, before: Before) -> Row:
    lowest = {days: [each for age, each in before if age <= timedelta(days=days)] for days in (3, 7)}
    return {
        "change_1d": _since_a_day(weight, before),
        **{f"change_{days}d": weight - min(known) if known else None for days, known in lowest.items()},
    }


def _since_a_day(weight: float, before: Before) -> float | None:
    """Of two as near to 24 h the lighter."""
    least, usual, most = NEAR
    near = [(abs(age - usual), each) for age, each in before if least <= age <= most]
    return weight - min(near)[1] if near else None


def missed(rows: list[Row], period: Period) -> list[str]:
    """Dates that lie in the period as a whole and have no weighing."""
    known = {row["day"] for row in rows}
    return [day.isoformat() for day in period.whole_dates() if day.isoformat() not in known]


def longest_run(days: list[str]) -> int:
    """Of consecutive dates."""
    longest = run = 0
    last: date | None = None
    for day in map(date.fromisoformat, days):
        run = run + 1 if last is not None and day - last == timedelta(days=1) else 1
        longest, last = max(longest, run), day
    return longest
