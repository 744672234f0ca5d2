"""When processes of a kind ran: runs that are over, and what the rows of `process` say of now."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select

from models.tables import Process, Running

COLUMNS: Final = ("kind", "slot", "started_at", "seen_at")


def end_run(connection: Connection, *wanted: ColumnElement[bool]) -> None:
    """Keep the run that the row of `process` tells of, before the row is written over; it is locked until then, for
    others may want to write over it too."""
    columns = [getattr(Process, name) for name in COLUMNS]
    known = select(Running.slot).where(
        Running.kind == Process.kind, Running.slot == Process.slot, Running.started_at == Process.started_at
    )
    lasted = Process.started_at < Process.seen_at, ~known.correlate(Process).exists()
    ended = connection.execute(select(*columns).where(*wanted, *lasted).with_for_update()).all()
    if ended:
        connection.execute(insert(Running), [dict(zip(COLUMNS, row, strict=True)) for row in ended])


def list_runs(connection: Connection, kind: str, since: datetime) -> list[tuple[datetime, datetime]]:
    """(start, last sign of life) of every run that was not over before `since`, oldest first; one that lasts too."""
    runs = [
        (row.started_at, row.seen_at)
        for table in (Running, Process)
        for row in connection.execute(
            select(table.started_at, table.seen_at).where(table.kind == kind, table.seen_at >= since)
        )
    ]
    return sorted(runs)
