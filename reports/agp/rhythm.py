"""How much of the period a sensor covered, by its own rhythm."""

from typing import Final, NamedTuple

import pandas as pd

from reports.period import MINUTES_A_DAY, Period

USUAL: Final = 5
FASTEST, SLOWEST = 1, 15
ENOUGH: Final = 3  # spacings, as of the rules' own rhythm


class Covered(NamedTuple):
    """`rhythm` in minutes, of the device with most samples; `expected` samples of it in the whole period; `active` the
    percentage covered, each sample standing for its own device's rhythm, two at one instant for one."""

    rhythm: int
    expected: float
    active: float
    days: int


def covered(frame: pd.DataFrame, period: Period) -> Covered:
    minutes = (period.until - period.since).total_seconds() / 60
    once = frame.drop_duplicates("measured_at")
    rhythms = {device: rhythm(each["measured_at"]) for device, each in once.groupby("device_id")}
    counts = once["device_id"].value_counts()
    main = rhythms[counts.index[0]] if rhythms else USUAL
    sampled = sum(int(counts[device]) * each for device, each in rhythms.items())
    return Covered(main, minutes / main, 100 * sampled / minutes, int(frame["day"].nunique()))


def rhythm(instants: pd.Series) -> int:
    """The median spacing in whole minutes; 5 when there are too few to tell."""
    spacings = instants.sort_values().diff().dropna().dt.total_seconds() / 60
    if len(spacings) < ENOUGH:
        return USUAL
    return min(max(round(float(spacings.quantile(0.5, interpolation="lower"))), FASTEST), SLOWEST)


def whole_days(period: Period) -> float:
    """The period's length in days of 24 hours."""
    return (period.until - period.since).total_seconds() / 60 / MINUTES_A_DAY
