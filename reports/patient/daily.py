"""A row a local date: of each stream what one sees at a glance."""

from datetime import date
from typing import Any, Final

import pandas as pd

from reports.change.streams import Streams
from reports.figure import finite
from reports.sleep.nights import nights

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
NAMES: Final = (
    "systolic", "diastolic", "pulse", "cgm_p5", "cgm_median", "cgm_p95", "meter_mean", "weight", "total_sleep",
    "therapy_time", "ahi",
)  # fmt: skip
Row = dict[str, Any]


def daily(streams: Streams, factor: float) -> list[Row]:
    """Means of pressures and pulse, of a sensor percentiles, of a meter the mean (`factor` converts from mg/dL), the
    first weight, and the night that ends on the date; oldest first, None for what a date has not."""
    sensed = _by_day(streams.glucose[streams.glucose["stream"] == "cgm"])["glucose"]
    pricked = _by_day(streams.glucose[streams.glucose["stream"] == "glucose"])["glucose"]
    night = nights(streams.sleep)
    slept = night.set_index("night") if len(night) else night
    columns: dict[str, pd.Series] = {
        **{name: _by_day(streams.pressure)[name].mean() for name in ("systolic", "diastolic", "pulse")},
        **{name: sensed.quantile(part) / factor for name, part in zip(NAMES[3:6], (LOW, MIDDLE, HIGH), strict=True)},
        "meter_mean": pricked.mean() / factor,
        "weight": _by_day(streams.weight.sort_values("measured_at"))["weight"].first(),
        **{name: slept[name].astype(float) for name in ("total_sleep", "therapy_time", "ahi")},
    }
    days = sorted({day for column in columns.values() for day in column.index})
    known = {name: column.to_dict() for name, column in columns.items()}
    return [{"day": day.isoformat(), **{name: finite(known[name].get(day)) for name in NAMES}} for day in days]


def _by_day(frame: pd.DataFrame) -> Any:
    return frame.groupby("day")


def dates_a_point(count: int, most: int) -> int:
    """One, or as many as make `most` points of `count` dates."""
    return max(-(-count // most), 1)


def thinned(rows: list[Row], first: date, count: int, most: int) -> list[tuple[float, Row]]:
    """(days since `first`, row) for drawing: one in `dates_a_point`, with the mean of each figure."""
    step = dates_a_point(count, most)
    places = [(date.fromisoformat(row["day"]) - first).days // step for row in rows]
    if not rows:
        return []
    table = pd.DataFrame(rows, columns=list(NAMES)).astype(float)
    means = table.groupby(pd.Series(places)).mean()
    return [
        (min(place * step + step / 2, count), {name: finite(each) for name, each in row.items()})
        for place, row in zip(means.index, means.to_dict("records"), strict=True)
    ]
