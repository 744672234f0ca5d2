"""The one seam between SQLite and PostgreSQL for hot statements: driver tuples in, driver rows out.

Keys of a batch travel as one JSON parameter, so that the text of a statement never changes: recompiling `IN` and
`VALUES` costs more than SQL and rules together. Rows go in by executemany on SQLite, and on PostgreSQL by binary COPY
into a temporary table (`models.copying`), whose fields are the bytes of the wire format.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from models.copying import copied

POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
DOUBLE: Final = Struct(">d")
FIELDS_KNOWN: Final = 10_000  # the same few numbers come again and again, and looking one up is cheaper


@dataclass(frozen=True, slots=True)
class Dialect:
    """`keys` unpacks one JSON parameter of rows into rows `k`; the `…_at` read the nth field of such a row; `read`
    answers an aware UTC datetime for what the driver read, `said` writes one as a field of such a JSON row.

    The others make the fields of rows to insert, None staying None: `instant` (aware), `uuid`, `small` and `big` (an
    Integer, a BigInteger) and `number` (a double). Text and bytes are inserted as they are. `wide`: a table's rows are
    best inserted all at once, whatever columns they leave empty."""

    name: str
    keys: str
    wide: bool
    text_at: Callable[[int], str]
    instant_at: Callable[[int], str]
    uuid_at: Callable[[int], str]
    number_at: Callable[[int], str]
    read: Callable[[Any], datetime]
    said: Callable[[datetime], str]
    instant: Callable[[datetime | None], Any]
    uuid: Callable[[UUID | None], Any]
    small: Callable[[int | None], Any]
    big: Callable[[int | None], Any]
    number: Callable[[float | None], Any]


def insert_rows(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows of fields made by the dialect, leaving existing rows alone, whichever unique index finds them;
    answers how many went in."""
    if not rows:
        return 0
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  names come from our tables
    options = {"preserve_rowcount": True, **copied(table, columns)}
    return connection.exec_driver_sql(insert, rows, execution_options=options).rowcount


def _sqlite_instant(value: datetime | None) -> str | None:
    """The text that `models.types.Instant` keeps on SQLite."""
    return None if value is None else value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _postgres_instant(value: datetime | None) -> bytes | None:
    if value is None:
        return None
    since = value - POSTGRES_EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds).to_bytes(8, signed=True)


@lru_cache(FIELDS_KNOWN)
def _postgres_small(value: int | None) -> bytes | None:
    return None if value is None else value.to_bytes(4, signed=True)


@lru_cache(FIELDS_KNOWN)
def _postgres_double(value: float | None) -> bytes | None:
    return None if value is None else DOUBLE.pack(value)


SQLITE: Final = Dialect(
    name="sqlite",
    keys="json_each(?) k",
    wide=False,
    text_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    instant_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    uuid_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    number_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    read=lambda value: datetime.fromisoformat(f"{value}+00:00"),
    said=lambda value: str(_sqlite_instant(value)),
    instant=_sqlite_instant,
    uuid=lambda value: None if value is None else value.hex,
    small=lambda value: value,
    big=lambda value: value,
    number=lambda value: value,
)
POSTGRESQL: Final = Dialect(
    name="postgresql",
    keys="jsonb_array_elements(%s::jsonb) k",
    wide=True,
    text_at=lambda n: f"(k->>{n})",
    instant_at=lambda n: f"(k->>{n})::timestamptz",
    uuid_at=lambda n: f"(k->>{n})::uuid",
    number_at=lambda n: f"(k->>{n})::bigint",
    read=lambda value: value.astimezone(UTC),
    said=str,
    instant=_postgres_instant,
    uuid=lambda value: None if value is None else value.bytes,
    small=_postgres_small,
    big=lambda value: None if value is None else value.to_bytes(8, signed=True),
    number=_postgres_double,
)


def dialect_of(connection: Connection) -> Dialect:
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
