"""The newest heartbeat of each device, kept with the batch that brought it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ingest.decoded import Status
from models.dialect import SQLITE, dialect_of

COLUMNS: Final = ("device_id", "received_at", "battery", "firmware", "clock", "waiting", "boots")
KEEP: Final = (
    f"INSERT INTO device_status ({', '.join(COLUMNS)}) VALUES ({{}}) ON CONFLICT (device_id) DO UPDATE SET "  # noqa: S608  static text
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    + " WHERE excluded.received_at >= device_status.received_at"
)
Heartbeat = tuple[str, datetime, Status]  # device, received_at, what it said


def keep_heartbeats(connection: Connection, heard: Iterable[Heartbeat]) -> None:
    """One row a device, in the order of their names, so that two workers never wait for each other in a circle."""
    newest: dict[str, Heartbeat] = {}
    for heartbeat in heard:
        known = newest.get(heartbeat[0])
        if known is None or known[1] <= heartbeat[1]:
            newest[heartbeat[0]] = heartbeat
    if not newest:
        return
    dialect = dialect_of(connection)
    sqlite = dialect.name == "sqlite"
    rows = [
        (device, _said(at, sqlite), said.battery, said.firmware, _said(said.clock, sqlite), said.waiting, said.boots)
        for device, at, said in (newest[name] for name in sorted(newest))
    ]
    mark = "?" if sqlite else "%s"
    connection.exec_driver_sql(KEEP.format(", ".join([mark] * len(COLUMNS))), rows)


def _said(at: datetime | None, sqlite: bool) -> object:
    """As the driver takes it in an ordinary statement: `Dialect.instant` makes the bytes of a COPY."""
    return SQLITE.instant(at) if sqlite else at
