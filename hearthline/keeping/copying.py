"""A consistent copy: every table in one snapshot, beside a running ingest, which never waits for it.

SQLite's readers block no writer under WAL, and PostgreSQL's REPEATABLE READ takes no lock that ingest wants.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, Table, text

from hearthline import __version__
from hearthline.errors import DATABASE, NO, UPGRADE, Failure
from hearthline.keeping.records import DONE, END, MANIFEST, ROWS, TABLE, Manifest, Records, TableEnd, TableHead
from hearthline.keeping.rows import Sum, list_tables, pack, read_rows
from hearthline.keeping.sealed import Seal
from models.engine import open_reader

PARTIAL: Final = ".partial"
PRIVATE: Final = 0o600
Tick = Callable[[str, int], None]


def back_up(url: str, target: Path, key: bytes, now: datetime, tick: Tick) -> list[TableEnd]:
    """Copy the database into `target`, which is there complete and on the disk, or not at all; answers what is inside.

    `now` is a time before the snapshot; `tick` hears the table and how many rows of it more were written. Raises
    Failure when `target` exists or the database has no schema.
    """
    with _written(target) as file, snapshot(url) as connection:
        records = Records(Seal(file, key))
        revision = _revision(connection, url)
        records.tell(MANIFEST, Manifest(revision, __version__, now, connection.dialect.name))
        ends = [_copy_table(connection, table, records, tick) for table in list_tables(connection)]
        records.put(DONE, b"")
        records.close()
    return ends


@contextlib.contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A connection to which the database stands still."""
    engine = open_reader(url)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _copy_table(connection: Connection, table: Table, records: Records, tick: Tick) -> TableEnd:
    records.tell(TABLE, TableHead(str(table.name), tuple(str(column.name) for column in table.columns)))
    found = Sum()
    for batch in read_rows(connection, table):
        found.add(batch)
        records.put(ROWS, pack(batch))
        tick(table.name, len(batch))
    end = TableEnd(str(table.name), found.rows, found.checksum)
    records.tell(END, end)
    return end


def _revision(connection: Connection, url: str) -> str:
    from hearthline.addresses import hide_password

    known = connection.dialect.has_table(connection, "alembic_version")
    revision = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    if revision is None:
        raise Failure(f"no schema yet in {hide_password(url)}", UPGRADE, DATABASE)
    return str(revision)


@contextlib.contextmanager
def _written(target: Path) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its name once it is on the disk; gone when the block raises."""
    if target.exists():
        raise Failure(f"{target} exists already", "name another file: a backup is never replaced", NO)
    partial = target.with_name(f".{target.name}.{os.getpid()}{PARTIAL}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
