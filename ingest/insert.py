"""The inserts of the write path: tuples straight to the driver, the text of each statement fixed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from ingest.delivery import Settled
from ingest.rivals import Claim
from ingest.rows import COMMON, COMPONENTS, Row, reading_row
from models.dialect import Dialect, dialect_of
from models.keys import derived_id

MESSAGE = (
    "id", "topic", "device_id", "received_at", "stored_at", "sha256", "size", "elements", "stored", "duplicate",
    "quarantined", "noted", "replay_of",
)  # fmt: skip
PAYLOAD = ("message_id", "month", "payload")
REFUSAL = (
    "id", "message_id", "element", "device_id", "given_id", "code", "pointer", "detail", "state", "received_at",
)  # fmt: skip
TOPIC_LENGTH, POINTER_LENGTH, DETAIL_LENGTH = 400, 200, 200


def insert_readings(connection: Connection, claims: Iterable[Claim], now: datetime) -> int:
    """Insert the claims, one to each identity; answers how many rows went in."""
    dialect, rows = dialect_of(connection), dict[str, list[Row]]()
    for claim in sorted(claims, key=lambda each: (each.found.reading.measure, each.found.reading.id.int)):
        row = reading_row(claim.found, claim.delivery, now, dialect)
        rows.setdefault(claim.found.reading.measure, []).append(row)
    columns = {measure: COMMON + COMPONENTS[measure] for measure in rows}
    return sum(_insert(connection, "reading", columns[measure], each) for measure, each in rows.items())


def insert_ledger(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Every message with its counts, its bytes, and one row a refused element."""
    dialect = dialect_of(connection)
    _insert(connection, "message", MESSAGE, [_message(one, now, dialect) for one in settled])
    _insert(connection, "message_payload", PAYLOAD, [_payload(one) for one in settled if one.keep])
    _insert(connection, "refusal", REFUSAL, [row for one in settled for row in _refusals(one, dialect)])


def _insert(connection: Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> int:
    if not rows:
        return 0
    counted = connection.execution_options(preserve_rowcount=True)
    return counted.exec_driver_sql(dialect_of(connection).insert(table, columns), rows).rowcount


def _message(one: Settled, now: datetime, dialect: Dialect) -> Row:
    delivery, verdicts = one.delivery, [each.verdict for each in one.verdicts]
    return (
        delivery.id.hex, _clean(delivery.topic, TOPIC_LENGTH), _clean(delivery.publisher, 40) or None,
        dialect.instant(delivery.received_at), dialect.instant(now), delivery.sha256, len(delivery.payload),
        len(verdicts), *map(verdicts.count, ("stored", "duplicate", "quarantined", "noted")),
        delivery.replay_of and delivery.replay_of.hex,
    )  # fmt: skip


def _payload(one: Settled) -> Row:
    return one.delivery.id.hex, f"{one.delivery.received_at:%Y-%m}", one.delivery.payload


def _refusals(one: Settled, dialect: Dialect) -> Iterable[Row]:
    delivery = one.delivery
    state = "open" if delivery.replay_of is None else "dismissed"  # of a replay only the first refusal stays open
    for refused in one.refusals:
        yield (
            derived_id(delivery.id, refused.element).hex, delivery.id.hex, refused.element,
            _clean(delivery.publisher, 40) or None, refused.given_id, refused.code,
            _clean(refused.pointer, POINTER_LENGTH), _clean(refused.detail, DETAIL_LENGTH), state,
            dialect.instant(delivery.received_at),
        )  # fmt: skip


def _clean(text: str, most: int) -> str:
    """What a stranger may have typed, as text that any database takes: no NUL, no lone surrogate, bounded."""
    return text[:most].replace("\0", "�").encode("utf-8", "replace").decode()
