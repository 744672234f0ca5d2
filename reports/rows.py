"""Rows of readings as the driver gives them, into columns: what a reading passes through on its way to a frame is all
that a report of many readings costs, so nothing is made of a value that repeats more than once."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, String, Text, cast, func, type_coerce

from models.tables import Reading
from models.tables.reading import COMPONENTS

INSTANTS: Final = frozenset({"measured_at", "started_at", "received_at", "stored_at"})
REPEATED: Final = frozenset({"patient_id", "device_id", "stream", "measure", "time_quality", "comparator"})
DOCUMENTS: Final = frozenset({"quality", "context", "as_sent"})
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
UTC_MICROSECONDS: Final = pd.DatetimeTZDtype("us", "UTC")
Values = Sequence[Any]


def raw(connection: Connection, name: str) -> ColumnElement[Any]:
    """The column without what SQLAlchemy makes of each value: instants as the driver's text or microseconds since 1970,
    documents and ids as text."""
    column, sqlite = getattr(Reading, name), connection.dialect.name == "sqlite"
    if name in INSTANTS:
        since = func.extract("epoch", column) * 1_000_000
        return (type_coerce(column, String) if sqlite else cast(since, BigInteger)).label(name)
    if name in DOCUMENTS:
        return (type_coerce(column, String) if sqlite else cast(column, Text)).label(name)
    if name == "id":
        return (type_coerce(column, String) if sqlite else func.replace(cast(column, Text), "-", "")).label(name)
    return type_coerce(column, column.type).label(name)


def frame_of(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:
    """A column a name; text and what is made of documents are Python's own objects, shared where they are equal."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame({name: _read(name)(values) for name, values in zip(names, columns, strict=True)})


def _read(name: str) -> Callable[[Values], Any]:
    return next((read for known, read in READ.items() if name in known), objects)


def _instants(values: Values) -> pd.Series:
    """Of texts in UTC or microseconds; None is no instant."""
    return pd.Series(np.array(values, dtype="datetime64[us]"), dtype=UTC_MICROSECONDS) if values else _no_instants()


def _no_instants() -> pd.Series:
    return pd.Series([], dtype=UTC_MICROSECONDS)


def documents(values: Values) -> pd.Series:
    """Texts of JSON read, each that is different once."""
    known = {text: json.loads(text) for text in set(values)}
    return objects([known[text] for text in values])


def _ids(values: Values) -> pd.Series:
    return objects([hyphened(each) for each in values])


def hyphened(key: str) -> str:
    """A UUID's 32 digits as they are usually written."""
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def shared(values: Values) -> pd.Series:
    """Texts of which there are few: one object each."""
    known = {text: text for text in set(values)}
    return objects([known[text] for text in values])


def objects(values: Values) -> pd.Series:
    """Python's own, whatever they are."""
    return pd.Series(np.fromiter(values, dtype=object, count=len(values)), dtype=object)


def _numbers(values: Values) -> pd.Series:
    return pd.Series(values, dtype=float)


def _whole(values: Values) -> pd.Series:
    return pd.Series(values, dtype="int64")


READ: Final[Mapping[frozenset[str], Callable[[Values], Any]]] = MappingProxyType(
    {
        INSTANTS: _instants,
        DOCUMENTS: documents,
        frozenset({"id"}): _ids,
        frozenset({"utc_offset"}): _whole,
        REPEATED: shared,
        frozenset(COMPONENTS): _numbers,
    }
)


def moments(frame: pd.DataFrame, name: str = "measured_at") -> list[datetime]:
    """Aware UTC. Python's own, since what is done reading by reading costs ten times as much with pandas'."""
    return [EPOCH + timedelta(microseconds=each) for each in frame[name].astype("int64").tolist()]


def with_local(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """With `local`, the wall clock of the zone, and `day`, its date."""
    local = frame["measured_at"].dt.tz_convert(zone)
    codes, days = pd.factorize(local.dt.tz_localize(None).dt.normalize())
    dates: list[date] = [each.date() for each in days]
    known = np.empty(len(dates), dtype=object)
    known[:] = dates
    return frame.assign(
        local=local, day=pd.Series(known[codes] if len(frame) else known, index=frame.index, dtype=object)
    )
