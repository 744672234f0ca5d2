"""Engines: PostgreSQL as it is; SQLite durable (WAL, FULL), its writers serialised fairly by a side lock file.

SQLAlchemy's deferred BEGIN makes a SQLite writer fail instead of wait, and SQLite's own waiting is unfair: measured
worst wait of a second writer 2.7 s against 0.13 s with the lock files. Readers need neither and have their own engine.
An error shows its statement, never what was to be stored.
"""

import fcntl
import os
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from models import copying

BUSY_SECONDS = 30
# A database's machine that loses its power says nothing: whoever waits for its answer would wait for two hours, which
# is when Linux asks by itself. So ask after 10 s, and give up after three questions, or data not taken for 30 s.
ASK = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 30_000}


def open_writer(url: str | URL, *, idle_seconds: float | None = None) -> Engine:
    """Engine for transactions that write; on SQLite each takes the lock file, then BEGIN IMMEDIATE. PostgreSQL ends a
    transaction in which nothing happens for `idle_seconds`: whoever opened it was stopped or cut off, and others wait
    for what it holds."""
    engine = _open(make_url(url))
    if idle_seconds and engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda connection, _record: _end_when_idle(connection, idle_seconds))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin_alone)
        event.listen(engine, "checkin", _release)
        event.listen(engine, "close", _close)
    else:
        copying.listen(engine)
    return engine


def _end_when_idle(connection: Any, seconds: float) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {seconds * 1000:.0f}")
    connection.commit()


def open_reader(url: str | URL, **more: Any) -> Engine:
    """Engine for reading; on SQLite a deferred transaction: a consistent snapshot that never blocks a writer.
    `more` goes to `create_engine`."""
    engine = _open(make_url(url), **more)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _open(url: URL, **more: Any) -> Engine:
    if url.get_backend_name() != "sqlite":
        # Said, not left to the server: the patients' locks are taken so that what is read after them is new (F17).
        more = {"pool_pre_ping": True, "isolation_level": "READ COMMITTED", "connect_args": ASK, **more}
        return create_engine(_with_driver(url), hide_parameters=True, **more)
    more = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}, **more}
    engine = create_engine(url, hide_parameters=True, **more)
    event.listen(engine, "connect", _prepare)
    return engine


def _with_driver(url: URL) -> URL:
    """`postgresql://` and `postgres://` mean psycopg 3."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _prepare(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the begin listeners say when a transaction starts, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info["path"] = path


def _begin_alone(connection: Connection) -> None:
    """Take the lock, in turn: whoever waits for it holds the turn meanwhile, so that a writer that begins again at once
    stands behind, where the kernel alone would let it overtake."""
    info = connection.info
    for name in ("lock", "turn"):
        if name not in info:
            info[name] = os.open(f"{info['path']}.{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(info["turn"], fcntl.LOCK_EX)
    try:
        fcntl.flock(info["lock"], fcntl.LOCK_EX)
    finally:
        fcntl.flock(info["turn"], fcntl.LOCK_UN)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        fcntl.flock(info["lock"], fcntl.LOCK_UN)
        raise


def _release(_connection: Any, record: ConnectionPoolEntry) -> None:
    if "lock" in record.info:
        fcntl.flock(record.info["lock"], fcntl.LOCK_UN)


def _close(_connection: Any, record: ConnectionPoolEntry) -> None:
    for name in {"lock", "turn"} & record.info.keys():
        os.close(record.info.pop(name))
