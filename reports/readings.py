"""Readings as frames: one query, read in chunks; which of them count is decided here once for all reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.among import among
from models.tables import Reading
from reports.period import Period
from thresholds.doubt import OTHER_PERSON

CHUNK: Final = 20_000
ALWAYS: Final = (
    "id", "content_digest", "patient_id", "device_id", "measured_at", "utc_offset", "time_quality", "quality",
)  # fmt: skip
INSTANTS: Final = ("measured_at", "started_at", "received_at", "stored_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Readings of these streams measured in the period and stored by the cursor. `columns` beside those that are always
    read; `sent` names a component whose text and unit as sent are read too."""

    patients: Sequence[str]
    streams: Sequence[str]
    period: Period
    cursor: datetime
    columns: Sequence[str]
    sent: str | None = None


def read_readings(session: Session, wanted: Wanted) -> pd.DataFrame:
    """Ordered by (measured_at, id), with `local` (the patient's wall clock) and `day` (its date) added."""
    with session.execute(_query(session, wanted).execution_options(yield_per=CHUNK)) as rows:
        names = list(rows.keys())
        parts = [pd.DataFrame.from_records(part, columns=names) for part in rows.partitions()]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    for name in {*INSTANTS} & {*names}:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    frame["local"] = frame["measured_at"].dt.tz_convert(wanted.period.zone)
    frame["day"] = frame["local"].dt.date
    return frame


def _query(session: Session, wanted: Wanted) -> Select[Any]:
    columns = [getattr(Reading, name) for name in (*ALWAYS, *wanted.columns)]
    if wanted.sent:
        as_sent = [Reading.as_sent[(wanted.sent, place)].as_string().label(f"sent_{place}") for place in (0, 1)]
        columns += as_sent
    connection = session.connection()
    return (
        select(*columns)
        .where(among(connection, Reading.patient_id, wanted.patients))
        .where(among(connection, Reading.stream, wanted.streams))
        .where(Reading.measured_at >= wanted.period.since, Reading.measured_at <= wanted.period.last_instant())
        .where(Reading.stored_at <= wanted.cursor)
        .order_by(Reading.measured_at, Reading.id)
    )


def counting(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The readings that figures are made from, and how many were left out by reason: a clock in doubt cannot say on
    which day (§2.5), and another person's reading (`other`, where the frame has it) says nothing of this one."""
    doubtful = frame["time_quality"] == "doubtful"
    other = frame["other"] & ~doubtful if "other" in frame else doubtful & False
    left_out = {"clock_doubtful": int(doubtful.sum()), OTHER_PERSON: int(other.sum())}
    return frame[~doubtful & ~other], {reason: count for reason, count in left_out.items() if count}


def questionable(frame: pd.DataFrame) -> int:
    """How many are marked so; they count, though rules that look at a trend leave them out."""
    return int(frame["quality"].map(lambda marks: "questionable" in marks).astype(bool).sum())


def digest(frame: pd.DataFrame) -> str:
    """Of the readings in the frame, whatever their order: equal digests mean equal readings."""
    said = sorted(f"{key}:{content}" for key, content in zip(frame["id"], frame["content_digest"], strict=True))
    return sha256("\n".join(said).encode()).hexdigest()


def elsewhere(frame: pd.DataFrame) -> int:
    """How many were sent with another offset than the patient's zone had then."""
    if frame.empty:
        return 0
    minutes = frame["local"].map(lambda at: at.utcoffset().total_seconds() / 60)
    return int((minutes.astype(float) != frame["utc_offset"].astype(float)).sum())
