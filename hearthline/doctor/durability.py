"""Whether the database keeps what it committed. Start-up refuses what is dangerous here (F11)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from hearthline.doctor.finding import DANGEROUS, OK, WARNING, Finding, Findings, Place

CHECK: Final = "durability"
SWITCHED_ON: Final = ("fsync", "full_page_writes")
RELOAD: Final = "as the administrator: ALTER SYSTEM SET {0} = on; SELECT pg_reload_conf();"
COMMIT_OFF: Final = "as the administrator: ALTER DATABASE {0} SET synchronous_commit = on; then restart ingest"
JOURNALS: Final[Mapping[str, tuple[str, str]]] = {
    "wal": (OK, ""),
    "delete": (WARNING, "readers and ingest wait for each other"),
    "truncate": (WARNING, "readers and ingest wait for each other"),
    "persist": (WARNING, "readers and ingest wait for each other"),
    "memory": (DANGEROUS, "a power cut may destroy the file"),
    "off": (DANGEROUS, "a power cut may destroy the file"),
}
FULL: Final = 2  # PRAGMA synchronous: 0 off, 1 normal, 2 full, 3 extra


def check_durability(_place: Place, session: Session) -> Findings:
    found = faults_of(session.connection())
    yield from found
    if not found:
        yield Finding(CHECK, OK, "what is committed is on disk")


def faults_of(connection: Connection) -> Sequence[Finding]:
    """What this connection, which is as ingest's, would lose or slow down; nothing when all is well."""
    return list(_sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection))


def dangers_of(engine: Engine) -> Sequence[Finding]:
    with engine.begin() as connection:
        return [fault for fault in faults_of(connection) if fault.standing == DANGEROUS]


def _postgresql(connection: Connection) -> Findings:
    for name in SWITCHED_ON:
        if _shown(connection, name) == "off":
            says = f"PostgreSQL runs with {name} = off: a power cut may destroy the record"
            yield Finding(CHECK, DANGEROUS, says, RELOAD.format(name))
    if _shown(connection, "synchronous_commit") == "off":
        says = "PostgreSQL runs with synchronous_commit = off: what has a receipt may be lost"
        yield Finding(CHECK, DANGEROUS, says, COMMIT_OFF.format(connection.scalar(text("SELECT current_database()"))))


def _shown(connection: Connection, name: str) -> str:
    return str(connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))


def _sqlite(connection: Connection) -> Findings:
    journal = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    standing, why = JOURNALS.get(journal, (WARNING, "nobody tested that"))
    mend = "move the file to a local disk, where SQLite can keep a WAL"
    if standing != OK:
        yield Finding(CHECK, standing, f"SQLite has journal_mode {journal}: {why}", mend)
    if int(connection.exec_driver_sql("PRAGMA synchronous").scalar() or 0) < FULL:
        yield Finding(CHECK, DANGEROUS, "SQLite is not synchronous FULL: what has a receipt may be lost", mend)
