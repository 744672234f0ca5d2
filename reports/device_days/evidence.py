"""Which readings make a date a device-day, date by date (§4.6)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.among import among
from models.measures import CATALOGUE, MEASURE_OF_SPECIMENS
from models.tables import Reading
from reports.device_days.windows import first_window
from reports.doubts import with_others
from reports.rows import moments
from thresholds.doubt import OTHER_PERSON

PATIENTS_OWN: Final = tuple({*CATALOGUE, *MEASURE_OF_SPECIMENS})
APART: Final = tuple(f"{measure}.apart" for measure in CATALOGUE)
STREAMS: Final = (*PATIENTS_OWN, *APART)
REASONS: Final = ("manual", "control_or_test", "clock_doubtful", OTHER_PERSON)
Row = dict[str, Any]


def reason(stream: str, context: dict[str, str], time_quality: str, *, other: bool) -> str:
    """Why a reading makes no device-day; empty when it does. `other`: it may be another person's."""
    if stream.endswith(".apart"):
        return "control_or_test"
    if context.get("entry") == "manual":
        return "manual"
    if time_quality == "doubtful":
        return "clock_doubtful"
    return OTHER_PERSON if other else ""


def marked(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """With `reason`."""
    frame = with_others(frame, zone)
    said = zip(frame["stream"], frame["context"], frame["time_quality"], frame["other"], strict=True)
    reasons = pd.Series([reason(*each, other=other) for *each, other in said], index=frame.index, dtype=object)
    return frame.assign(reason=reasons)


def evidence(frame: pd.DataFrame, zone: str) -> list[Row]:
    """A row a date with any reading, oldest first."""
    good = frame[frame["reason"] == ""]
    first = good.sort_values(["received_at", "measured_at"]).drop_duplicates("day")
    firsts = {day: each for day, *each in zip(first["day"], moments(first), moments(first, "received_at"), strict=True)}
    counts, excluded = Counter(good["day"]), Counter(zip(frame["day"], frame["reason"], strict=True))
    kinds = {name: _by_day(good, name) for name in ("measure", "device_id")}
    return [
        {
            "date": day,
            "readings": counts[day],
            "measures": sorted(kinds["measure"].get(day, ())),
            "devices": sorted(kinds["device_id"].get(day, ())),
            **_first(firsts.get(day, [None, None]), ZoneInfo(zone)),
            **{f"excluded_{name}": excluded[day, name] for name in REASONS},
        }
        for day in sorted(set(frame["day"]))
    ]


def _by_day(frame: pd.DataFrame, name: str) -> dict[date, set[str]]:
    found: dict[date, set[str]] = {}
    for day, value in set(zip(frame["day"], frame[name], strict=True)):
        found.setdefault(day, set()).add(value)
    return found


def _first(instants: Sequence[datetime | None], zone: ZoneInfo) -> Row:
    """Of the reading of the date that was received first."""
    measured, received = instants
    known = None if received is None else received.astimezone(zone).date()
    return {"first_measured_at": measured, "first_received_at": received, "received_date": known}


@dataclass(frozen=True, slots=True)
class Search:
    """For the first device-day of all: readings up to `until` that were stored by `cursor`."""

    patient: str
    zone: str
    until: datetime
    cursor: datetime


def first_day(session: Session, search: Search) -> date | None:
    """The first device-day of all, where windows begin; readings are read only as far as needed."""
    judged = Reading.stream, Reading.context, Reading.time_quality
    wanted = (
        select(*judged, Reading.measured_at, Reading.received_at)
        .where(Reading.patient_id == search.patient, among(session.connection(), Reading.stream, PATIENTS_OWN))
        .where(Reading.measured_at <= search.until, Reading.stored_at <= search.cursor)
        .order_by(Reading.measured_at)
        .execution_options(yield_per=200)
    )
    with session.execute(wanted) as rows:
        return first_window(_dates(rows, ZoneInfo(search.zone)))


def _dates(rows: Iterable[Any], zone: ZoneInfo) -> Iterator[tuple[date, date]]:
    """(measured, received) of each reading that can make a device-day."""
    for row in rows:
        if not reason(row.stream, row.context, row.time_quality, other=False):  # it takes three weighings to doubt one
            yield row.measured_at.astimezone(zone).date(), row.received_at.astimezone(zone).date()
