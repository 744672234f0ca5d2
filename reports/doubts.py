"""What history says against weighings, as the rules judge it: computed anew, since what arrives late may change it."""

from uuid import UUID

import pandas as pd

from flags.history import doubts_of
from thresholds.doubt import OTHER_PERSON, marked
from thresholds.types import Amount, Sample


def weighings(frame: pd.DataFrame, zone: str) -> list[Sample]:
    """Samples of the frame's weighings (with `sent_0` and `sent_1`), ordered by (at, id), with what speaks against
    each."""
    return list(marked("weight", [_sample(row) for row in frame.itertuples()], zone))


def _sample(row: "pd.core.frame.Pandas") -> Sample:
    doubtful = row.time_quality == "doubtful"
    amount, doubts = Amount(row.sent_0, row.sent_1), doubts_of(row.quality, doubtful=doubtful)
    return Sample(UUID(row.id), row.measured_at.to_pydatetime(), {"weight": amount}, {}, doubtful, doubts)


def with_others(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """`other`: whether the reading is a weighing that may be another person's. Those at the frame's beginning need the
    seven days before them in it."""
    scale = frame[frame["stream"] == "weight"]
    others = {str(each.id) for each in weighings(scale, zone) if OTHER_PERSON in each.doubts}
    return frame.assign(other=frame["id"].isin(others))
