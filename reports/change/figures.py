"""Figures of many patients in two periods: frames in, one long frame out; no database, no loop over patients but for
what a sensor covered."""

from typing import Any, Final

import numpy as np
import pandas as pd

from reports.agp.bands import ADULT, bands_of
from reports.agp.rhythm import covered
from reports.change.streams import BEFORE, NOW, PRESSURES, Streams
from reports.change.table import ACTIVE
from reports.period import Period, period_of
from reports.sleep.nights import FOUR_HOURS, nights

KEYS: Final = ["patient_id", "when"]
COLUMNS: Final = [*KEYS, "figure", "value", "n", "dates"]
LOW_BANDS: Final = ("low", "very_low")


def figures(streams: Streams, period: Period) -> pd.DataFrame:
    """A row a patient, period (`when`) and figure: `value`, of `n` readings (nights, weighed dates) on `dates`. What a
    patient has no reading for has no row."""
    parts = [
        _summed(streams.pressure, _pressures(streams.pressure)),
        _summed(streams.glucose, _glucose(streams.glucose)),
        _active(streams.glucose, period),
        _weights(streams.weight),
        _nights(streams.sleep),
        _days(streams),
    ]
    return pd.concat([each for each in parts if not each.empty] or [_nothing()], ignore_index=True)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})


Values = dict[str, pd.Series]  # figure → what of each row it is made from, NaN where the row has none


def _summed(frame: pd.DataFrame, values: Values, how: str = "mean") -> pd.DataFrame:
    """By numbers of groups and of dates, found once for all figures: each grouping by texts costs as much again."""
    if frame.empty:
        return _nothing()
    groups, days = frame.groupby(KEYS).ngroup().to_numpy(), pd.factorize(frame["day"])[0]
    firsts = frame[KEYS].iloc[np.unique(groups, return_index=True)[1]].reset_index(drop=True)
    parts = [_of_groups(firsts, groups, days, column, how).assign(figure=name) for name, column in values.items()]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _of_groups(firsts: pd.DataFrame, groups: Any, days: Any, column: pd.Series, how: str) -> pd.DataFrame:
    """Of the rows that have it; `firsts` are the keys of each group."""
    whole = column.to_numpy(dtype=float)
    known = ~np.isnan(whole)
    group, day = groups[known], days[known]
    by_group = pd.Series(whole[known]).groupby(group)
    dates = pd.Series(np.unique(np.stack([group, day]), axis=1)[0]).value_counts()
    counts, figures = by_group.size(), by_group.agg(how)
    there = firsts.iloc[counts.index].reset_index(drop=True)
    return there.assign(
        value=figures.to_numpy(), n=counts.to_numpy(), dates=dates.reindex(counts.index).to_numpy(dtype=int)
    )


def _pressures(frame: pd.DataFrame) -> Values:
    return {f"{name}_mean": frame[name] for name in PRESSURES}


def _glucose(frame: pd.DataFrame) -> Values:
    """Shares in percent, as means of 0 and 100; bands are those of the profile's report."""
    band = bands_of(frame, ADULT)
    sensor = frame["stream"] == "cgm"
    good, low = 100.0 * (band == "target"), 100.0 * band.isin(LOW_BANDS)
    return {
        "cgm_in_range_pct": good.where(sensor),
        "cgm_below_70_pct": low.where(sensor),
        "meter_in_range_pct": good.where(~sensor),
    }


def _active(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """What share of each period a sensor covered, by its own rhythm."""
    spans = {NOW: period, BEFORE: period_of(period.since, period.days, period.zone)}
    sensor = frame[frame["stream"] == "cgm"]
    rows = [
        (*key, ACTIVE, found.active, len(each), found.days)
        for key, each in sensor.groupby(KEYS)
        for found in [covered(each, spans[key[1]])]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _weights(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each date its first weighing."""
    first = frame.sort_values("measured_at").drop_duplicates([*KEYS, "day"])
    return _summed(first, {"weight_median": first["weight"]}, "median")


def _nights(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return _nothing()
    table = nights(frame, KEYS)
    table = table.assign(day=table["night"])
    therapy = table["therapy_time"]
    values = {
        "ahi_mean": table["ahi"],
        "total_sleep_mean": table["total_sleep"],
        "nights_4h_pct": (100.0 * (therapy >= FOUR_HOURS)).where(therapy.notna()),
    }
    return _summed(table, values)


def _days(streams: Streams) -> pd.DataFrame:
    """Dates with a reading of any kind."""
    whole = pd.concat([each[[*KEYS, "day"]] for each in streams.all()], ignore_index=True)
    if whole.empty:
        return _nothing()
    found = _summed(whole, {"days_with_readings": pd.Series(1.0, index=whole.index)})
    return found.assign(value=found["dates"].astype(float))
