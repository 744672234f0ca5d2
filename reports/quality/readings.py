"""What a patient's readings tell of their quality: frames in, figures out, whatever the frames were read from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from models.measures import CATALOGUE, MEASURE_OF_SPECIMENS
from reports.doubts import with_others
from reports.figure import Figure, figure, share
from reports.period import Period
from reports.readings import Wanted, counting, elsewhere, questionable, read_readings
from thresholds.doubt import RECALL

STREAMS: Final = tuple({*CATALOGUE, *MEASURE_OF_SPECIMENS})
LATE: Final = 24 * 60


def read_everything(session: Session, patient: str, period: Period, cursor: datetime) -> pd.DataFrame:
    """With doubtful clocks and others' weighings (`other`); `delay` in minutes from measured to received."""
    longer = replace(period, since=period.since - RECALL["weight"])
    wanted = Wanted([patient], STREAMS, longer, cursor, ("stream", "received_at"), sent="weight")
    frame = with_others(read_readings(session, wanted), period.zone)
    frame = frame[frame["measured_at"] >= period.since]
    return frame.assign(delay=(frame["received_at"] - frame["measured_at"]).dt.total_seconds() / 60)


def figures_of(everything: pd.DataFrame) -> Mapping[str, Figure]:
    frame, _ = counting(everything)
    delay, n, whole = frame["delay"], len(frame), len(everything)
    doubtful = int((everything["time_quality"] != "good").sum())
    return {
        "readings": figure(whole, "1", whole),
        "delay_median": figure(delay.median(), "min", n),
        "delay_p95": figure(delay.quantile(0.95), "min", n),
        "late_pct": figure(share((delay > LATE).sum(), n), "%", n),
        "questionable": figure(questionable(frame), "1", n),
        "clock_doubtful": figure(doubtful, "1", whole),
        "other_person": figure(int(everything["other"].sum()), "1", whole),
        "other_offset": figure(elsewhere(frame), "1", n),
    }
