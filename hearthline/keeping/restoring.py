"""A backup becomes a database again: all of it, verified, in one transaction, or nothing."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, event, inspect

from hearthline.addresses import hide_password
from hearthline.database import downgrade_within, is_known, make_folder, naming, upgrade_within
from hearthline.errors import DATABASE, NO, Failure
from hearthline.keeping.loading import load_table, plain_indexes
from hearthline.keeping.reading import Backup, opened, require_same
from hearthline.keeping.records import Manifest, TableEnd
from hearthline.keeping.rows import NOT_KEPT, list_tables, sum_table
from models.engine import open_writer
from models.life import UNSEEN, free_all, list_standings
from models.queue import postpone
from registry.resend import request_resends

SILENCE_GRACE: Final = timedelta(days=1)
# Revisions rebuild tables, so foreign keys are off. With a journal nothing is written twice, for an empty file has
# nothing to journal; whoever opens the file next brings WAL back.
ALONE_ON_SQLITE: Final = ("busy_timeout=2000", "foreign_keys=OFF", "journal_mode=DELETE", "cache_size=-262144")
ALONE_ON_POSTGRESQL: Final = "SET LOCAL maintenance_work_mem = '256MB'"  # to make indexes in memory
FILLED_BY_SCHEMA: Final = NOT_KEPT | {"registry_version", "process", "running"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back; `asked` devices shall send again what they keep since `since`."""

    manifest: Manifest
    tables: list[TableEnd]
    asked: int
    since: datetime


def restore(
    url: str, path: Path, key: bytes, *, now: datetime, since: datetime, tick: Callable[[int], None]
) -> Restored:
    """Load the backup at `path` into the database at `url`, which has to be empty; bring it to this version's schema.

    Counts and checksums are taken from the database after the load. Devices are asked to send again what they measured
    since `since` (aware), and silence is not judged for a day. Raises Failure, and leaves the database as it was.
    """
    make_folder(url)
    engine = _open(url)
    try:
        with naming(url), opened(path, key, tick) as backup, engine.begin() as connection:
            _require_known(backup.manifest, path)
            require_empty(connection, url, now)
            _make_schema(connection, url, backup.manifest.revision)
            tables = _load(connection, backup, str(hide_password(url)))
            upgrade_within(connection, url)
            asked = request_resends(connection, since=since, now=now)
            free_all(connection)
            postpone(connection, now + SILENCE_GRACE)
            if not backup.whole:
                raise Failure(f"{path} ends too early", "use another backup", NO)
        return Restored(backup.manifest, tables, asked, since)
    finally:
        engine.dispose()


def require_empty(connection: Connection, url: str, now: datetime) -> None:
    """Raises Failure when any table holds a row that migrating did not put there, or somebody is at work."""
    there = {table.name: table for table in list_tables(connection)}
    if "holder" in getattr(there.get("process"), "columns", ()):
        holders = [each for each in list_standings(connection, "ingest").values() if each.holder is not None]
        if any(each.seen_at > now - UNSEEN for each in holders):
            raise Failure(f"ingest is running on {hide_password(url)}", "stop it first", NO)
    for table in there.values():
        if table.name not in FILLED_BY_SCHEMA and connection.execute(table.select().limit(1)).first() is not None:
            mend = "name an empty database in database.url, or move this one away"
            raise Failure(f"{hide_password(url)} holds data already, and a restore replaces nothing", mend, NO)


def _open(url: str) -> Engine:
    """For one large transaction of somebody who is alone."""
    engine = open_writer(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    try:
        for pragma in ALONE_ON_SQLITE:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.OperationalError:  # the journal cannot be changed while somebody else has the file open
        raise Failure(
            "the database is in use by another process", "end the other one and try again", DATABASE
        ) from None


def _require_known(manifest: Manifest, path: Path) -> None:
    if not is_known(manifest.revision):
        wrong = f"{path} was made by version {manifest.version} with the newer revision {manifest.revision}"
        raise Failure(wrong, "install that version", DATABASE)


def _make_schema(connection: Connection, url: str, revision: str) -> None:
    """Of the backup's revision, whatever the empty database had."""
    if inspect(connection).has_table("alembic_version"):
        downgrade_within(connection, url)
    upgrade_within(connection, url, revision)


def _load(connection: Connection, backup: Backup, where: str) -> list[TableEnd]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(ALONE_ON_POSTGRESQL)
    there = {table.name: table for table in list_tables(connection)}
    for table in there.values():
        connection.execute(table.delete())
    indexes = plain_indexes(there.values())
    for index in indexes:
        index.drop(connection)
    for head, batches in backup.tables():
        load_table(connection, there[head.name], head.columns, batches)
    found = [_found(connection, there[end.name]) for end in backup.ends]
    require_same(found, backup.ends, where)
    for index in indexes:
        index.create(connection)
    return found


def _found(connection: Connection, table: Table) -> TableEnd:
    counted = sum_table(connection, table)
    return TableEnd(str(table.name), counted.rows, counted.checksum)
