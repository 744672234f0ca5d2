"""What the database alone takes: the rows of a message and its reading, made beforehand, in batches of the worker's
size, by the same inserts; no broker, no decode, no verdicts, nothing to evaluate."""

import time
from datetime import UTC, datetime

from benchmarks.support.load import messages
from benchmarks.support.place import Place
from ingest.decode import decode
from ingest.decoded import Decoded
from ingest.delivery import Attributed, Delivery, Settled, Verdict, handed_over
from ingest.identify import identify
from ingest.insert import MESSAGE, message_row
from ingest.rows import COMMON, COMPONENTS, EVERY_COMPONENT, ReadingRows
from ingest.turn import MOST
from models.dialect import Dialect, dialect_of, insert_rows
from models.engine import open_writer
from registry.holders import Holders
from registry.lock import hold_shared

Rows = dict[tuple[str, tuple[str, ...]], list[tuple[object, ...]]]


def bare_rate(place: Place, kind: str, count: int) -> float:
    """Readings a second, two rows each."""
    with place.open(kind) as (_, url, _folder):
        engine = open_writer(url)
        deliveries = [handed_over(topic, body.encode(), datetime.now(UTC)) for topic, body in messages(count)]
        with engine.begin() as connection:
            dialect, holders = dialect_of(connection), Holders()
            holders.refresh(connection, hold_shared(connection), {one.publisher for one in deliveries})
        batches = [_rows(deliveries[at : at + MOST], dialect, holders) for at in range(0, count, MOST)]
        begun = time.monotonic()
        for batch in batches:
            with engine.begin() as connection:
                for (table, columns), rows in batch.items():
                    insert_rows(connection, table, columns, rows)
        seconds = time.monotonic() - begun
        engine.dispose()
        return count / seconds


def _rows(deliveries: list[Delivery], dialect: Dialect, holders: Holders) -> Rows:
    made, now, rows = ReadingRows(dialect, dialect.instant(datetime.now(UTC))), datetime.now(UTC), Rows()
    for one in deliveries:
        [reading] = decode(one.payload, one.topic, one.received_at)
        assert isinstance(reading, Decoded)
        found = identify(reading, one.publisher, holders, one.received_at)
        assert isinstance(found, Attributed)
        components = EVERY_COMPONENT if dialect.wide else COMPONENTS[reading.measure]
        rows.setdefault(("reading", COMMON + components), []).append(made.row(found, one))
        settled = Settled(one, [Verdict(0, "stored")], [], frozenset(), False)
        rows.setdefault(("message", MESSAGE), []).append(message_row(settled, dialect.instant(now), dialect))
    return rows
