"""Readings of patients of one zone in two periods, stream by stream, as `reports.change.figures` wants them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from reports.doubts import with_others
from reports.period import Period, period_of
from reports.readings import Wanted, counting, once, read_readings
from thresholds.doubt import RECALL

PRESSURES: Final = ("systolic", "diastolic", "pulse")
NIGHTS: Final = ("ahi", "central_ahi", "odi", "total_sleep", "time_in_bed", "therapy_time")
BEFORE, NOW = "before", "now"


@dataclass(frozen=True, slots=True)
class Streams:
    """Readings that count, by stream, each with `when`: now, or before (the period as long that ends where it begins).
    `left_out` counts the others by reason."""

    pressure: pd.DataFrame
    glucose: pd.DataFrame
    weight: pd.DataFrame
    sleep: pd.DataFrame
    left_out: dict[str, int]

    def all(self) -> list[pd.DataFrame]:
        return [self.pressure, self.glucose, self.weight, self.sleep]


def both(period: Period) -> Period:
    """The period with as many days before it."""
    return replace(period, since=period_of(period.since, period.days, period.zone).since, days=2 * period.days)


def read_streams(session: Session, patients: Sequence[str], period: Period, cursor: datetime) -> Streams:
    """Three statements, however many patients."""
    whole, left_out = both(period), dict[str, int]()

    def read(streams: Sequence[str], columns: Sequence[str], sent: str | None = None) -> pd.DataFrame:
        frame = read_readings(session, Wanted(patients, streams, whole, cursor, ("stream", *columns), sent))
        return _counted(frame, period, left_out)

    vitals = read(["blood_pressure", "sleep"], (*PRESSURES, *NIGHTS, "started_at"))
    vitals = vitals.astype(dict.fromkeys((*PRESSURES, *NIGHTS), float))
    glucose = read(["cgm", "glucose"], ("glucose", "comparator"), "glucose").astype({"glucose": float})
    weight, copied = _weighings(session, patients, whole, cursor)
    add_counts(left_out, copied)
    weight = _counted(weight, period, left_out)
    is_sleep = vitals["stream"] == "sleep"
    return Streams(vitals[~is_sleep], glucose, weight, vitals[is_sleep], left_out)


def _weighings(
    session: Session, patients: Sequence[str], whole: Period, cursor: datetime
) -> tuple[pd.DataFrame, dict[str, int]]:
    """With `other`: whether they may be another person's, told by the week before each; and how many were copies."""
    longer = replace(whole, since=whole.since - RECALL["weight"])
    wanted = Wanted(patients, ["weight"], longer, cursor, ("stream", "weight"), "weight")
    frame, copied = once(read_readings(session, wanted).astype({"weight": float}), whole.since)
    parts = [with_others(each, whole.zone) for _, each in frame.groupby("patient_id", sort=True)]
    marked = pd.concat(parts) if parts else frame.assign(other=False)
    return marked[marked["measured_at"] >= whole.since], copied


def _counted(frame: pd.DataFrame, period: Period, left_out: dict[str, int]) -> pd.DataFrame:
    good, out = counting(frame)
    add_counts(left_out, out)
    return good.assign(when=(good["measured_at"] >= period.since).map({True: NOW, False: BEFORE}))


def add_counts(into: dict[str, int], counts: dict[str, int]) -> None:
    """By reason."""
    for reason, count in counts.items():
        into[reason] = into.get(reason, 0) + count
