"""Readings into Parquet, by measure and month of measuring; a second run adds what was stored since."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import Session

from models.measures import CATALOGUE
from models.tables import Reading
from reports.rows import raw
from reports.scale.columns import months_of, names_for, schema_of, table_of
from reports.scale.folder import File, alone, read_state, write_state

CHUNK: Final = 50_000  # rows read at a time, and at most in a row group
SETTLED: Final = timedelta(minutes=10)  # a transaction may be under way that stored before others which are over
COMPRESSION: Final = "zstd"
Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run added; `whole` is how many rows the folder has now."""

    rows: int
    files: int
    whole: int
    cursor: datetime


def export(session: Session, folder: Path, now: datetime, tick: Tick) -> Exported:
    """What was stored from the last run's cursor until ten minutes before `now`. A run that is ended leaves the folder
    as the last one left it, and complete files that nobody counts, which the next run removes.

    Raises ReportError when another export writes there."""
    with alone(folder):
        state, cursor = read_state(folder), now - SETTLED
        if cursor <= state.cursor:
            return Exported(0, 0, sum(each.rows for each in state.files), state.cursor)
        added = [
            file for measure in CATALOGUE for file in _write(session, folder, measure, (state.cursor, cursor), tick)
        ]
        whole = state.with_more(cursor, added)
        write_state(folder, whole)
    return Exported(sum(e.rows for e in added), len(added), sum(each.rows for each in whole.files), cursor)


Since = tuple[datetime, datetime]
"""(exclusive, inclusive) of `stored_at`."""


def _write(session: Session, folder: Path, measure: str, span: Since, tick: Tick) -> list[File]:
    """A file a month, renamed to its name when all of the measure's are whole."""
    counts = Counter[str]()
    with ExitStack() as stack:
        writers: dict[str, pq.ParquetWriter] = {}
        for rows in _chunks(session, measure, span, stack):
            for month, table in months_of(table_of(rows, measure)).items():
                if month not in writers:
                    path = _beside(folder, measure, month, span[1])
                    writers[month] = stack.enter_context(
                        pq.ParquetWriter(path, schema_of(measure), compression=COMPRESSION)
                    )
                writers[month].write_table(_ordered(table))
                counts[month] += table.num_rows
            tick(len(rows))
    return [_named(folder, measure, month, span[1], counts[month]) for month in sorted(counts)]


def _ordered(table: pa.Table) -> pa.Table:
    """By patient, so that whoever wants some of them can pass over the row groups of others."""
    return table.sort_by([("patient_id", "ascending"), ("measured_at", "ascending"), ("id", "ascending")])


def _chunks(session: Session, measure: str, span: Since, stack: ExitStack) -> Iterator[Sequence[Sequence[Any]]]:
    query = _query(session.connection(), measure, span).execution_options(yield_per=CHUNK)
    return stack.enter_context(session.connection().execute(query)).partitions()


def _query(connection: Connection, measure: str, span: Since) -> Select[Any]:
    return (
        select(*(raw(connection, name) for name in names_for(measure)))
        .where(Reading.measure == measure)
        .where(Reading.stored_at > span[0], Reading.stored_at <= span[1])
    )


def _beside(folder: Path, measure: str, month: str, cursor: datetime) -> Path:
    path = folder / _name(measure, month, cursor)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.new")


def _named(folder: Path, measure: str, month: str, cursor: datetime, rows: int) -> File:
    name = _name(measure, month, cursor)
    beside = _beside(folder, measure, month, cursor)
    with beside.open("rb") as whole:
        os.fsync(whole.fileno())
    beside.replace(folder / name)
    return File(name, measure, month, rows)


def _name(measure: str, month: str, cursor: datetime) -> str:
    return f"measure={measure}/month={month}/until-{cursor:%Y%m%dT%H%M%S}.{cursor:%f}Z.parquet"
