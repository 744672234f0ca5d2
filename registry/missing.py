"""What the record holds of each device's numbers, in one statement; derived on reading, nothing of it is stored.

The database joins numbers that follow each other (window functions, the same text on both), so that what comes back is
as long as the disorder, not as the history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, text

from models.dialect import Dialect, dialect_of
from registry.beginning import BEGINNING
from registry.runs import Stretch
from registry.sequence import Count, read_count

RECENT: Final = timedelta(days=30)  # what lists and metrics look at: an older gap will hardly be closed by a device
FACTORY: Final = datetime(2000, 1, 3, tzinfo=UTC)  # clocks at their default say an earlier instant in every zone
MOST: Final = 500  # edges of stretches a device and kind: a device that counts at random must not cost more
OF_DEVICE: Final = (
    "SELECT d.id AS device_id, time_quality AS kind, seq, measured_at AS at "
    "FROM device d CROSS JOIN reading r WHERE r.device_id = d.id"
)
# by the bytes: a message that was sent again was refused again, and is one
REFUSED: Final = "refusal r JOIN device d ON d.id = r.device_id JOIN message m ON m.id = r.message_id"
NOT_STORED: Final = "state IN ('open', 'dismissed')"  # what is resolved is there as a reading
STORED_BY: Final = " AND r.stored_at <= :by"
NOT_STORED_BY: Final = (
    f"m.stored_at <= :by AND ({NOT_STORED}"  # noqa: S608  static text
    " OR NOT EXISTS (SELECT 1 FROM message s WHERE s.id = r.resolved_by AND s.stored_at <= :by))"
)
KIND_OF_REFUSAL: Final = "CASE code WHEN 'store.conflict' THEN 'conflict' ELSE 'refused' END"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A device's count; `cut` when it jumps about so much that only the newest part of it was looked at."""

    device: str
    count: Count
    cut: bool


def count_missing(connection: Connection, now: datetime, devices: Iterable[str] | None = None) -> dict[str, int]:
    """Device -> readings missing among those of the last 30 days by the device's own time; without those that miss
    none. Of all devices, or of those named. What lists, metrics and doctor show."""
    dialect, since = dialect_of(connection), now - RECENT
    names: Iterable[str | None] = [None] if devices is None else devices
    found = (_numbers(one, rows, dialect) for name in names for one, rows in _edges(connection, name, since))
    return {each.device: each.count.missing for each in found if each.count.missing}


def read_numbers(connection: Connection, device_id: str, stored_by: datetime | None = None) -> Numbers:
    """All that is known of one device's numbers, or was known at `stored_by`."""
    for device, rows in _edges(connection, device_id, BEGINNING, stored_by):
        return _numbers(device, rows, dialect_of(connection), whole=True)
    return Numbers(device_id, read_count([]), cut=False)


Edge = tuple[str, str, int, Any, int | None, int | None, int]
"""Device, kind (good, doubtful, conflict, refused), number, instant or None, the numbers before and after it in its
order, and its place from the newest."""


def _edges(
    connection: Connection, device_id: str | None, since: datetime, stored_by: datetime | None = None
) -> Iterator[tuple[str, list[Edge]]]:
    """The first and the last numbers of all stretches, by device."""
    dialect = dialect_of(connection)
    values = {"since": dialect.said(since), "factory": dialect.said(FACTORY)}
    one = {} if device_id is None else {"device": device_id}
    by = {} if stored_by is None else {"by": dialect.said(stored_by)}
    statement = _statement(alone=device_id is not None, by=bool(by))
    rows = connection.execute(text(statement), values | one | by)
    for device, edges in groupby(rows, key=lambda row: str(row[0])):
        yield device, [tuple(row) for row in edges]


def _numbers(device: str, edges: list[Edge], dialect: Dialect, *, whole: bool = False) -> Numbers:
    cut = any(place > MOST for *_, place in edges)
    kinds: dict[str, list[Stretch]] = {"good": [], "doubtful": [], "conflict": [], "refused": []}
    for kind, rows in groupby((edge for edge in edges if edge[-1] <= MOST), key=lambda edge: edge[1]):
        kinds[kind] += _stretches(list(rows), dialect)
    undated = kinds["doubtful"] + kinds["conflict"]
    count = read_count(kinds["good"], undated, kinds["refused"], whole=whole and not cut)
    return Numbers(device, count, cut)


def _stretches(edges: list[Edge], dialect: Dialect) -> Iterator[Stretch]:
    """Edges in their order: each beginning with its end, which may be itself. A stretch whose beginning was cut off
    begins at its end."""
    first, since = None, None
    for _, kind, number, at, before, after, _ in edges:
        instant = dialect.read(at) if kind == "good" else None
        if first is None or before != number - 1:
            first, since = number, instant
        if after != number + 1:
            yield Stretch(first, number, since, instant)
            first, since = None, None


def _statement(*, alone: bool, by: bool) -> str:
    """What was refused has no time that could be believed; it is in the order of its numbers, so that the order of
    arrival decides nothing."""
    mine = "seq IS NOT NULL AND d.id = :device" if alone else "seq IS NOT NULL"
    # CROSS JOIN: SQLite then goes by device, and so by the index on (device_id, measured_at)
    readings = f"{OF_DEVICE} AND {mine}{STORED_BY if by else ''}"
    numbers = (
        f"{readings} AND time_quality = 'good' AND measured_at >= :since "  # noqa: S608  static text
        f"UNION ALL {readings} AND time_quality = 'doubtful' AND (measured_at >= :since OR measured_at < :factory) "
        f"UNION ALL SELECT d.id, {KIND_OF_REFUSAL}, seq, CAST(NULL AS timestamptz) "
        f"FROM {REFUSED} WHERE {mine} AND {NOT_STORED_BY if by else NOT_STORED} AND r.received_at >= :since "
        f"GROUP BY d.id, {KIND_OF_REFUSAL}, seq, sha256, element"
    )
    neighbours = (
        f"SELECT device_id, kind, seq, at, LAG(seq) OVER w AS before, LEAD(seq) OVER w AS after FROM ({numbers}) n "  # noqa: S608  static text
        "WINDOW w AS (PARTITION BY device_id, kind ORDER BY at, seq)"
    )
    edges = (
        "SELECT e.*, ROW_NUMBER() OVER (PARTITION BY device_id, kind ORDER BY at DESC, seq DESC) AS place "  # noqa: S608  static text
        f"FROM ({neighbours}) e WHERE before IS NULL OR after IS NULL OR before <> seq - 1 OR after <> seq + 1"
    )
    return f"SELECT * FROM ({edges}) p WHERE place <= {MOST + 1} ORDER BY device_id, kind, at, seq"  # noqa: S608  static text
