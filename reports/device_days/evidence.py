"""Which readings make a date a device-day, date by date (§4.6)."""

from collections import Counter
from collections.abc import Iterable, Iterator
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
    by_day: dict[date, list[tuple[Any, ...]]] = {}
    said = [frame[name] for name in ("reason", "measure", "device_id")]
    readings = zip(*said, moments(frame, "received_at"), moments(frame), strict=True)
    for day, each in zip(frame["day"], readings, strict=True):
        by_day.setdefault(day, []).append(each)
    return [_row(day, by_day[day], ZoneInfo(zone)) for day in sorted(by_day)]


def _row(day: date, readings: list[tuple[Any, ...]], zone: ZoneInfo) -> Row:
    good = [each for each in readings if not each[0]]
    counts = Counter(each[0] for each in readings)
    received, measured = min((each[3:] for each in good), default=(None, None))
    return {
        "date": day,
        "readings": len(good),
        "measures": sorted({each[1] for each in good}),
        "devices": sorted({each[2] for each in good}),
        "first_measured_at": measured,
        "first_received_at": received,
        "received_date": None if received is None else received.astimezone(zone).date(),
        **{f"excluded_{name}": counts[name] for name in REASONS},
    }


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
