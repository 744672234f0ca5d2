"""One night from noon to noon by the local clock, named after the date on which it ends."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from reports.figure import finite, share

NUMBERS: Final = (
    "time_in_bed", "total_sleep", "light", "deep", "rem", "wake_after_onset", "latency", "awakenings", "ahi",
    "central_ahi", "odi", "spo2_mean", "spo2_min", "t90", "t88", "therapy_time", "leak", "pressure",
)  # fmt: skip
OF_BREATHING: Final = ("ahi", "central_ahi", "odi")
FOUR_HOURS: Final = 240.0
FIRST: Final = 90
BEST: Final = 30
Night = dict[str, Any]


def nights(frame: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """A row a night, of each group of `by` (such as patients). An episode belongs to the noon-to-noon in which it
    began, as machines of therapy count: one that ends at 23:30 is not of the night before. Of several the longest is
    the night's; time on therapy is that of all of them. An index of a recording under two hours is none and left out
    (§2.1)."""
    frame = frame.assign(night=night_of(frame))
    if frame.empty:
        return frame
    keys = [*by, "night"]
    length = frame["therapy_time"].fillna((frame["measured_at"] - frame["started_at"]).dt.total_seconds() / 60)
    therapy = frame.groupby(keys)["therapy_time"].transform("sum", min_count=1)
    whole = frame.assign(length=length, therapy_time=therapy)
    main = whole.sort_values(["length", "measured_at"]).groupby(keys).tail(1).sort_values(keys)
    short = main["quality"].map(lambda marks: "ahi_not_reportable" in marks).astype(bool)
    main.loc[short, list(OF_BREATHING)] = float("nan")
    return main.assign(
        efficiency=100 * main["total_sleep"] / main["time_in_bed"].where(main["time_in_bed"] > 0),
        midpoint=_midpoints(main),
    )


def night_of(frame: pd.DataFrame) -> pd.Series:
    """The date of the noon that ends it."""
    begun = frame["started_at"].dt.tz_convert(frame["local"].dt.tz).dt.tz_localize(None)
    return (begun + pd.Timedelta(hours=12)).dt.date


def _midpoints(frame: pd.DataFrame) -> pd.Series:
    """Minutes from noon to the middle of the night by the local clock, so that midnight is no edge."""
    zone = frame["local"].dt.tz
    middle = (frame["started_at"] + (frame["measured_at"] - frame["started_at"]) / 2).dt.tz_convert(zone)
    return (middle.dt.hour * 60 + middle.dt.minute + 720) % 1440


def rows(frame: pd.DataFrame) -> list[Night]:
    """For JSON, oldest first."""
    names = (*NUMBERS, "efficiency")
    return [
        {"night": row["night"].isoformat(), **{name: finite(row[name]) for name in names}, "denominator": _said(row)}
        for row in frame.to_dict("records")
    ]


def _said(row: dict[str, Any]) -> str | None:
    denominator = row["context"].get("denominator")
    return None if denominator is None else str(denominator)


def best_thirty(used: dict[date, float], until: date) -> dict[str, Any] | None:
    """Of the first ninety dates from the first night on therapy the thirty in a row with most nights of four hours or
    more; a date without a night counts as one without. `used` is date → minutes; None without a night on therapy, and
    of less than thirty dates up to `until`."""
    begun = min((day for day, minutes in used.items() if minutes > 0), default=None)
    if begun is None or (until - begun).days + 1 < BEST:
        return None
    dates = [begun + timedelta(days=n) for n in range(min(FIRST, (until - begun).days + 1))]
    good = [used.get(day, 0.0) >= FOUR_HOURS for day in dates]
    counts = [sum(good[n : n + BEST]) for n in range(len(dates) - BEST + 1)]
    place = counts.index(max(counts))
    return {
        "first": dates[place].isoformat(), "last": dates[place + BEST - 1].isoformat(), "nights": counts[place],
        "percent": share(counts[place], BEST), "dates_so_far": len(dates), "therapy_begun": begun.isoformat(),
    }  # fmt: skip
