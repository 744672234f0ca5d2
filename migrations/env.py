"""Runs revisions in one transaction, alone: all of an upgrade or nothing of it, on SQLite too.

The database is the caller's (`config.attributes["connection"]`, in its transaction, or `["url"]`), else `-x url=...`,
else the settings'.
"""

from logging.config import fileConfig
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, text

from models.engine import open_writer
from models.tables import Base
from models.types import Instant

LOCK_SECONDS = 2  # ingest queues up behind a table's lock that is waited for (behind a backup, for minutes): give up
UPGRADE_LOCK = 0x48454152_00000001  # "HEAR", 1: two upgrades of one PostgreSQL database wait for each other


def database_url() -> str:
    url = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    if url:
        return str(url)
    from hearthline.settings import load_settings

    return load_settings().database.url


def open_database(url: str) -> Engine:
    """Foreign keys are off on SQLite: batch mode rebuilds a table by dropping it, and the switch works only here."""
    engine = open_writer(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys=OFF"))
    return engine


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own types as what they are in the database, so that no revision imports them."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def number_revision(migration: MigrationContext, _revision: Any, scripts: list[MigrationScript]) -> None:
    """0001, 0002, …: two people's revisions collide in sight instead of making two heads."""
    newest = migration.script.get_current_head() if migration.script else None
    for script in scripts:
        script.rev_id = f"{int(newest or 0) + 1:04d}"


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    context.configure(
        connection=connection,
        transactional_ddl=True,
        target_metadata=Base.metadata,
        render_item=render_item,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        process_revision_directives=number_revision,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    database = open_database(database_url())
    try:
        with database.begin() as opened:
            migrate(opened)
    finally:
        database.dispose()


if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    run()
