"""One weight a local date: the first of the day, and what it is compared with."""

from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from reports.figure import finite
from reports.period import Period

WEEK: Final = pd.Timedelta(days=7)
LOOKBACK: Final = timedelta(days=15)  # what the first date is compared with, and what may speak against that
NEAR: Final = pd.Timedelta(hours=18), pd.Timedelta(hours=24), pd.Timedelta(hours=36)
Row = dict[str, Any]


def daily(frame: pd.DataFrame, period: Period) -> list[Row]:
    """A row a date with weighings in the period: the first of them, how many there were, the median of the first
    weights of the seven dates that end with it, and the changes of that weighing in kg (§3.6): against the one nearest
    24 h before (18–36 h), and the lowest of the 3 and of the 7 days before. `frame` begins `LOOKBACK` earlier."""
    inside = frame[frame["measured_at"] >= period.since]
    if inside.empty:
        return []
    earlier = frame[~frame["day"].isin(inside["day"])]
    first = pd.concat([earlier, inside]).groupby("day").first()
    weights = pd.Series(first["weight"].to_numpy(), index=pd.to_datetime(first.index)).rolling("7D")
    first = first.assign(
        n=inside["day"].value_counts(), median=weights.median().to_numpy(), days=weights.count().to_numpy()
    )
    return [_row(day, first.loc[day], frame) for day in sorted(set(inside["day"]))]


def _row(day: date, own: pd.Series, frame: pd.DataFrame) -> Row:
    instants, at = frame["measured_at"], own["measured_at"]
    window = frame.iloc[instants.searchsorted(at - WEEK) : instants.searchsorted(at)]
    return {
        "day": day.isoformat(),
        "weight": float(own["weight"]),
        "n": int(own["n"]),
        "median_7d": finite(own["median"]),
        "days_in_median": int(own["days"]),
        "change_1d": _since_a_day(own, window),
        "change_3d": _since_lowest(own, window, 3),
        "change_7d": _since_lowest(own, window, 7),
    }


def _since_a_day(own: pd.Series, window: pd.DataFrame) -> float | None:
    least, usual, most = NEAR
    age = own["measured_at"] - window["measured_at"]
    eligible = window[(age >= least) & (age <= most)]
    if eligible.empty:
        return None
    far = (age[eligible.index] - usual).abs()
    return float(own["weight"] - eligible[far == far.min()]["weight"].min())


def _since_lowest(own: pd.Series, window: pd.DataFrame, days: int) -> float | None:
    age = own["measured_at"] - window["measured_at"]
    before = window[age <= pd.Timedelta(days=days)]["weight"]
    return None if before.empty else float(own["weight"] - before.min())


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
