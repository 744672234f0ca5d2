"""The one seam between SQLite and PostgreSQL for hot statements: driver tuples in, driver rows out.

Keys of a batch travel as one JSON parameter, so that the text of a statement never changes: recompiling `IN` and
`VALUES` costs more than SQL and rules together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Dialect:
    """`mark` is the driver's placeholder; `keys` unpacks one JSON parameter of rows into rows `k`;
    the `…_at` read the nth field of such a row; `instant`/`read` convert aware UTC datetimes."""

    name: str
    mark: str
    keys: str
    text_at: Callable[[int], str]
    instant_at: Callable[[int], str]
    uuid_at: Callable[[int], str]
    number_at: Callable[[int], str]
    instant: Callable[[datetime], Any]
    read: Callable[[Any], datetime]

    def insert(self, table: str, columns: tuple[str, ...]) -> str:
        """INSERT that leaves an existing row alone, whichever unique index finds it."""
        marks = ", ".join([self.mark] * len(columns))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  names come from our tables


def sqlite_instant(value: datetime) -> str:
    """The text that `models.types.Instant` keeps on SQLite."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


SQLITE: Final = Dialect(
    name="sqlite",
    mark="?",
    keys="json_each(?) k",
    text_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    instant_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    uuid_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    number_at=lambda n: f"json_extract(k.value, '$[{n}]')",
    instant=sqlite_instant,
    read=lambda value: datetime.fromisoformat(f"{value}+00:00"),
)
POSTGRESQL: Final = Dialect(
    name="postgresql",
    mark="%s",
    keys="jsonb_array_elements(%s::jsonb) k",
    text_at=lambda n: f"(k->>{n})",
    instant_at=lambda n: f"(k->>{n})::timestamptz",
    uuid_at=lambda n: f"(k->>{n})::uuid",
    number_at=lambda n: f"(k->>{n})::bigint",
    instant=lambda value: value,
    read=lambda value: value.astimezone(UTC),
)


def dialect_of(connection: Connection) -> Dialect:
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
