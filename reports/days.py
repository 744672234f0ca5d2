"""Local dates on an axis."""

from datetime import date

import pandas as pd


def places(local: pd.Series, first: date) -> list[float]:
    """Days since the midnight that begins `first`, by the wall clock: each date is one wide, that of 23 hours too."""
    day = (local.dt.tz_localize(None).dt.normalize() - pd.Timestamp(first)).dt.days
    return [float(each) for each in day + (local.dt.hour * 60 + local.dt.minute) / 1440]
