"""COPY for PostgreSQL: rows -> a temporary table of the connection -> INSERT … SELECT … ON CONFLICT DO NOTHING.

It takes the place of the driver's executemany for statements that say so (`copied`), inside SQLAlchemy's own
execution, so that errors are wrapped, broken connections noticed and rows counted as for any other statement.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event

OPTION: Final = "hearthline_copied"
STAGED: Final = "hearthline_staged"  # in the connection's info: the temporary tables that it has


def copied(table: str, columns: tuple[str, ...]) -> dict[str, Any]:
    """The execution option that asks for COPY into `table`; it says nothing to SQLite."""
    return {OPTION: (table, ", ".join(columns))}


def listen(engine: Engine) -> None:
    """Let this engine copy where it is asked to."""
    event.listen(engine, "do_executemany", _copy)
    event.listen(engine, "do_execute", lambda cursor, statement, row, context: _copy(cursor, statement, [row], context))
    event.listen(engine, "rollback", _forget)


def _copy(cursor: Any, _statement: str, rows: Any, context: Any) -> bool:
    """Whether it was done here; SQLAlchemy takes the row count from the cursor's last statement. Fields are text or
    the bytes of PostgreSQL's binary format."""
    target = context.execution_options.get(OPTION)
    if target is None:
        return False
    table, columns = target
    _stage(cursor, table, context.root_connection.info.setdefault(STAGED, set()))
    with cursor.copy(f"COPY new_{table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new_{table} ON CONFLICT DO NOTHING")  # noqa: S608  names come from our tables
    return True


def _stage(cursor: Any, table: str, staged: set[str]) -> None:
    """Make the temporary table once a connection: the same columns, no constraints, emptied by every commit."""
    if table not in staged:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS new_{table} ON COMMIT DELETE ROWS "  # noqa: S608  names come from our tables
            f"AS SELECT * FROM {table} WITH NO DATA"
        )
        staged.add(table)


def _forget(connection: Connection) -> None:
    """A table that was made in this transaction went with it; a connection that is lost took them all."""
    if not connection.invalidated:
        connection.info.pop(STAGED, None)
