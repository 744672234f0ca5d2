"""Readings of some patients for several reports at once: one query a measure, patient by patient as the rows come, so
that hardly more than one patient's readings are held, however many patients there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, collate, select
from sqlalchemy.orm import Session

from models.among import among
from models.measures import CATALOGUE, MEASURE_OF_SPECIMENS, measure_of
from models.tables import Reading
from registry.beginning import BEGINNING
from reports.readings import ALWAYS, Wanted, names_of, said_of
from reports.rows import frame_of, raw, with_local

BEFORE: Final = timedelta(days=45)  # a window of device-days that began before the period, and a week of weighings
FROM_BEGINNING: Final = frozenset({"sleep"})  # the best thirty nights are among the first ninety of all
SHARED: Final = (*ALWAYS, "stream", "measure", "context", "received_at", "stored_at", "comparator", "as_sent")
OWN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"sleep": ("started_at",)})
BLOCK: Final = 4_000  # rows that are rows and columns at once
PATIENT: Final = itemgetter(SHARED.index("patient_id"))
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Span:
    """Of `patients`, what was measured from `since` until `until` and stored by `cursor`."""

    patients: Sequence[str]
    since: datetime
    until: datetime
    cursor: datetime

    def since_of(self, measure: str) -> datetime:
        return BEGINNING if measure in FROM_BEGINNING else self.since - BEFORE


@dataclass(slots=True)
class Ahead:
    """One patient's readings of every stream, ordered by (measured_at, id)."""

    patient: str
    frame: pd.DataFrame
    span: Span
    zone: str = ""

    def answer(self, wanted: Wanted) -> pd.DataFrame | None:
        """What of it was asked for; None for what was not read."""
        if not self._holds(wanted):
            return None
        if self.zone != wanted.period.zone:
            self.frame, self.zone = with_local(self.frame, wanted.period.zone), wanted.period.zone
        period, frame = wanted.period, self.frame
        instants = frame["measured_at"]
        first, last = instants.searchsorted(period.since), instants.searchsorted(period.last_instant(), "right")
        part = frame.iloc[first:last]
        mine = np.flatnonzero(part["stream"].isin(wanted.streams).to_numpy())
        names = [name for name in names_of(wanted) if name != "content_digest"]  # which `said` has
        return part[[*names, "said", "local", "day"]].take(mine).reset_index(drop=True)

    def _holds(self, wanted: Wanted) -> bool:
        since, until = wanted.period.since, wanted.period.last_instant()
        return (
            list(wanted.patients) == [self.patient]
            and wanted.cursor == self.span.cursor
            and until <= self.span.until
            and all(since >= self.span.since_of(measure_of(each)) for each in wanted.streams)
        )


def read_ahead(session: Session, span: Span) -> Iterator[Ahead]:
    """One after the other by id, those without readings too."""
    with ExitStack() as stack:
        streams = [_parts(session, span, measure, stack) for measure in CATALOGUE]
        found = groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0))
        patient, parts = next(found, (None, iter(())))
        for wanted in sorted(span.patients):
            if wanted != patient:
                yield Ahead(wanted, _together([]), span)
                continue
            yield Ahead(wanted, _together([part for _, part in parts]), span)
            patient, parts = next(found, (None, iter(())))


def _parts(session: Session, span: Span, measure: str, stack: ExitStack) -> Iterator[tuple[str, pd.DataFrame]]:
    """(patient, readings of the measure) in the order of ids."""
    query = _query(session.connection(), span, measure).execution_options(yield_per=BLOCK)
    rows: Iterable[Sequence[Any]] = stack.enter_context(session.connection().execute(query))
    names = columns_of(measure)
    for patient, mine in groupby(rows, key=PATIENT):
        parts = []
        while block := list(islice(mine, BLOCK)):
            parts.append(frame_of(block, names))
        yield patient, parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _query(connection: Connection, span: Span, measure: str) -> Select[Any]:
    streams = [measure, f"{measure}.apart", *(name for name, each in MEASURE_OF_SPECIMENS.items() if each == measure)]
    return (
        select(*(raw(connection, name) for name in columns_of(measure)))
        .where(among(connection, Reading.patient_id, span.patients))
        .where(among(connection, Reading.stream, sorted(set(streams))))
        .where(Reading.measured_at >= span.since_of(measure), Reading.measured_at <= span.until)
        .where(Reading.stored_at <= span.cursor)
        .order_by(_by_bytes(connection), Reading.stream, Reading.measured_at)
    )


def _by_bytes(connection: Connection) -> ColumnElement[Any]:
    """As Python sorts; a server sorts by its language."""
    sqlite = connection.dialect.name == "sqlite"
    return Reading.patient_id.expression if sqlite else collate(Reading.patient_id, "C")


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat([*parts, frame_of([], ALL)], ignore_index=True)
    frame = frame.assign(said=pd.Series(said_of(frame), dtype=object))
    return frame.drop(columns="content_digest").sort_values(["measured_at", "id"], ignore_index=True)


def columns_of(measure: str) -> list[str]:
    return [*SHARED, *OWN.get(measure, ()), *(each.name for each in CATALOGUE[measure].components)]


ALL: Final = list(dict.fromkeys(name for measure in CATALOGUE for name in columns_of(measure)))
