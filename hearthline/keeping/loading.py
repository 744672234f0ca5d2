"""Rows of a backup into a table: many tuples a statement on SQLite, one COPY on PostgreSQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Index, Table

from hearthline.keeping.reading import Batches


def plain_indexes(tables: Iterable[Table]) -> list[Index]:
    """Those that may be made again after the load, which is quicker; not the keys of tables."""
    return [index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]


def load_table(connection: Connection, table: Table, columns: Sequence[str], batches: Batches) -> None:
    """Insert every row; numbers that the database gives out itself go on after the highest."""
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table.name}" ({names}) FROM STDIN', batches)
        _go_on_counting(connection, table)
        return
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608  names come from our tables
    cursor = connection.connection.cursor()
    for batch in batches:
        cursor.executemany(statement, batch)
    cursor.close()


def _copy(connection: Connection, statement: str, batches: Batches) -> None:
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # SQLAlchemy knows no COPY
    with cursor.copy(statement) as copy:
        for batch in batches:
            for row in batch:
                copy.write_row(row)
    cursor.close()


def _go_on_counting(connection: Connection, table: Table) -> None:
    for column in table.primary_key.columns:
        name = f'"{table.name}"', column.name
        sequence = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", name).scalar()
        if sequence is not None:
            highest = f'SELECT max("{column.name}") FROM "{table.name}"'  # noqa: S608  as above
            connection.exec_driver_sql(
                f"SELECT setval(%s, coalesce(({highest}), 1), ({highest}) IS NOT NULL)", (sequence,)
            )
