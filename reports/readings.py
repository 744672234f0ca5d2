"""Readings as frames: one query, read in chunks; which of them count is decided here once for all reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.among import among
from models.tables import Reading
from models.tables.reading import COMPONENTS
from reports.period import Period
from reports.rows import frame_of, raw, with_local
from thresholds.doubt import OTHER_PERSON

CHUNK: Final = 20_000
COPY: Final = "copy_of_another_device"
ALWAYS: Final = (
    "id", "content_digest", "patient_id", "device_id", "measured_at", "utc_offset", "time_quality", "quality",
)  # fmt: skip
AHEAD: Final = "hearthline.readings_ahead"  # in a session's info: a `ReadAhead`


@dataclass(frozen=True, slots=True)
class Wanted:
    """Readings of these streams measured in the period and stored by the cursor. `columns` beside those that are always
    read; `sent` names a component whose text and unit as sent are read too, as `sent_0` and `sent_1`."""

    patients: Sequence[str]
    streams: Sequence[str]
    period: Period
    cursor: datetime
    columns: Sequence[str]
    sent: str | None = None


class ReadAhead(Protocol):
    """Readings that were read already, for several reports at once."""

    def answer(self, wanted: Wanted) -> pd.DataFrame | None:
        """None for what is not among them."""


def read_readings(session: Session, wanted: Wanted) -> pd.DataFrame:
    """Ordered by (measured_at, id), with `local` (the patient's wall clock) and `day` (its date) added. `id` is text.
    Documents that are equal are one object: nobody changes them."""
    ahead: ReadAhead | None = session.info.get(AHEAD)
    known = ahead.answer(wanted) if ahead is not None else None
    return finished(_read(session, wanted) if known is None else known, wanted)


def finished(frame: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """As reports get it."""
    if wanted.sent:
        said = [document.get(wanted.sent) for document in frame["as_sent"]]
        for place in (0, 1):
            texts = [None if each is None else each[place] for each in said]
            frame[f"sent_{place}"] = pd.Series(texts, index=frame.index, dtype=object)
        frame = frame.drop(columns="as_sent")
    return frame if "local" in frame else with_local(frame, wanted.period.zone)


def names_of(wanted: Wanted) -> list[str]:
    """The columns to read."""
    return list(dict.fromkeys((*ALWAYS, *wanted.columns, *(["as_sent"] if wanted.sent else []))))


def _read(session: Session, wanted: Wanted) -> pd.DataFrame:
    names = names_of(wanted)
    query = _query(session, wanted, names).execution_options(yield_per=CHUNK)
    with session.connection().execute(query) as rows:  # not by the session: it would look into each row for entities
        parts = [frame_of(part, names) for part in rows.partitions()]
    return pd.concat(parts, ignore_index=True) if parts else frame_of([], names)


def _query(session: Session, wanted: Wanted, names: Iterable[str]) -> Select[Any]:
    connection = session.connection()
    return (
        select(*(raw(connection, name) for name in names))
        .where(among(connection, Reading.patient_id, wanted.patients))
        .where(among(connection, Reading.stream, wanted.streams))
        .where(Reading.measured_at >= wanted.period.since, Reading.measured_at <= wanted.period.last_instant())
        .where(Reading.stored_at <= wanted.cursor)
        .order_by(Reading.measured_at, Reading.id)
    )


def counting(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The readings that figures are made from, and how many were left out by reason: a clock in doubt cannot say on
    which day (§2.5), another person's reading (`other`, where the frame has it) says nothing of this one, and a copy
    says what is known already."""
    doubtful = frame["time_quality"] == "doubtful"
    other = frame["other"] & ~doubtful if "other" in frame else doubtful & False
    copy = copies(frame) & ~doubtful & ~other
    left_out = {"clock_doubtful": int(doubtful.sum()), OTHER_PERSON: int(other.sum()), COPY: int(copy.sum())}
    return frame[~doubtful & ~other & ~copy], {reason: count for reason, count in left_out.items() if count}


def copies(frame: pd.DataFrame) -> pd.Series:
    """Of one value at one instant from several devices (a meter and the telephone beside it), those of all devices but
    the first by name, as the rules have it (§2.5)."""
    also = [name for name in ("stream", "started_at", *COMPONENTS) if name in frame]
    key = ["patient_id", "measured_at", *also]
    twin = frame.duplicated(key, keep=False)
    if not twin.any():
        return twin
    first = frame[twin].groupby(key, dropna=False)["device_id"].transform("min")
    return twin & (frame["device_id"] != first.reindex(frame.index, fill_value=""))


def once(frame: pd.DataFrame, since: datetime) -> tuple[pd.DataFrame, dict[str, int]]:
    """Without copies, before anything is judged by the readings around it; how many lie from `since` on."""
    copy = copies(frame)
    count = int((copy & (frame["measured_at"] >= since)).sum())
    return frame[~copy], {COPY: count} if count else {}


def questionable(frame: pd.DataFrame) -> int:
    """How many are marked so; they count, though rules that look at a trend leave them out."""
    return sum("questionable" in marks for marks in frame["quality"])


def digest(frame: pd.DataFrame) -> str:
    """Of the readings in the frame, whatever their order: equal digests mean equal readings."""
    said = frame["said"] if "said" in frame else said_of(frame)
    return sha256("\n".join(sorted(said)).encode()).hexdigest()


def said_of(frame: pd.DataFrame) -> list[str]:
    """What is digested of each reading."""
    return [f"{key}:{content}" for key, content in zip(frame["id"], frame["content_digest"], strict=True)]


def elsewhere(frame: pd.DataFrame) -> int:
    """How many were sent with another offset than the patient's zone had then."""
    if frame.empty:
        return 0
    ahead = frame["local"].dt.tz_localize(None) - frame["measured_at"].dt.tz_localize(None)
    return int((ahead.dt.total_seconds() / 60 != frame["utc_offset"].astype(float)).sum())
