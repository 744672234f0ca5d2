"""Rows as both databases know them: text, whole numbers, doubles, bytes and null, so that a backup of one can be
restored into the other and has the same checksum there.

UUIDs are 32 hexadecimal digits, instants `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, JSON its text, booleans 0 and 1: what
SQLite keeps anyway, and what PostgreSQL is asked for and takes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import JSON, Boolean, Connection, DateTime, MetaData, Table, Uuid

BATCH: Final = 2_000
MODULUS: Final = 1 << 256
NOT_KEPT: Final = frozenset({"alembic_version"})  # the manifest says it
PLAIN_POSTGRESQL: Final = (
    (Uuid, "replace({}::text, '-', '')"),
    (DateTime, "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"),
    (JSON, "{}::text"),
    (Boolean, "{}::int"),
)
encode: Final = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class Sum:
    """How many rows, and the sum of their SHA-256 modulo 2^256: the same for the same rows in any order, so neither
    database has to sort. Against a forger the seal protects, not this."""

    rows: int = 0
    total: int = 0

    def add(self, encoded: Iterable[bytes]) -> None:
        digests = [sha256(row).digest() for row in encoded]
        self.rows += len(digests)
        self.total = (self.total + sum(int.from_bytes(each) for each in digests)) % MODULUS

    @property
    def checksum(self) -> str:
        return f"{self.total:064x}"


def list_tables(connection: Connection) -> list[Table]:
    """Of the database as it is, whatever this version wants; in an order that satisfies foreign keys."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in NOT_KEPT]


def read_rows(connection: Connection, table: Table) -> Iterator[list[bytes]]:
    """Batches of encoded rows, in the order the database likes."""
    named = connection.dialect.name == "postgresql"
    cursor = connection.connection.cursor(**({"name": "rows"} if named else {}))
    try:
        cursor.execute(_select(table, plain=PLAIN_POSTGRESQL if named else ()))
        while batch := cursor.fetchmany(BATCH):
            yield [encode(row) for row in batch]
    finally:
        cursor.close()


def pack(encoded: Sequence[bytes]) -> bytes:
    """Encoded rows as one MessagePack array of arrays."""
    return b"\xdd" + len(encoded).to_bytes(4, "big") + b"".join(encoded)


def unpack(body: bytes) -> list[list[Any]]:
    return msgspec.msgpack.decode(body, type=list[list[Any]])


def sum_table(connection: Connection, table: Table) -> Sum:
    """Reads every row of it again."""
    found = Sum()
    for batch in read_rows(connection, table):
        found.add(batch)
    return found


def _select(table: Table, plain: Iterable[tuple[type[Any], str]]) -> str:
    forms = list(plain)
    columns = [
        next((form for kind, form in forms if isinstance(column.type, kind)), "{}").format(f'"{column.name}"')
        for column in table.columns
    ]
    return f'SELECT {", ".join(columns)} FROM "{table.name}"'  # noqa: S608  names come from the database's own catalogue
