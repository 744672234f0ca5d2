"""The modal day: percentiles by the time of day on the patient's own clock."""

from typing import Final

import pandas as pd

from reports.figure import finite

SENSED, PRICKED = 15, 120  # minutes a bin of a sensor, and of a meter, which is read a few times a day (design)
ENOUGH_DAYS: Final = 5
QUANTILES: Final = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
Row = dict[str, float | int | None]


def profile(frame: pd.DataFrame, width: int) -> list[Row]:
    """A row a bin of `width` minutes: `minute` since midnight, readings, days and percentiles (linear between readings)
    of `value`; None below five days of data (design)."""
    clock = frame["local"].dt.hour * 60 + frame["local"].dt.minute
    by_bin = frame.assign(bin=clock // width).groupby("bin")
    counts, days = by_bin.size(), by_bin["day"].nunique()
    levels = by_bin["value"].quantile(list(QUANTILES.values())).unstack()
    return [_row(number, width, counts, days, levels) for number in range(1440 // width)]


def _row(number: int, width: int, counts: pd.Series, days: pd.Series, levels: pd.DataFrame) -> Row:
    seen = int(days.get(number, 0))
    row: Row = {"minute": number * width, "n": int(counts.get(number, 0)), "days": seen}
    enough = seen >= ENOUGH_DAYS
    return row | {name: finite(levels.loc[number, level]) if enough else None for name, level in QUANTILES.items()}


def smooth(rows: list[Row], name: str) -> list[float | None]:
    """For the picture alone: each bin with its neighbours around midnight and all, blank where it is blank itself."""
    smoothed: list[float | None] = []
    for number, row in enumerate(rows):
        near = [rows[(number + step) % len(rows)][name] for step in (-1, 0, 1)]
        known = [each for each in near if each is not None]
        smoothed.append(None if row[name] is None else sum(known) / len(known))
    return smoothed
