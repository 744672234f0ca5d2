"""The inserts of the write path: tuples straight to the driver, the text of each statement fixed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ingest.delivery import Settled
from ingest.rivals import Claim
from ingest.rows import COMMON, COMPONENTS, EVERY_COMPONENT, ReadingRows, Row
from models.dialect import Dialect, dialect_of, insert_rows
from models.keys import derived_id

COUNTED = "stored", "duplicate", "quarantined", "noted"
MESSAGE = (
    "id", "topic", "device_id", "received_at", "stored_at", "sha256", "size", "elements", *COUNTED, "replay_of",
)  # fmt: skip
PAYLOAD = ("message_id", "month", "payload")
REFUSAL = (
    "id", "message_id", "element", "device_id", "given_id", "seq", "code", "pointer", "detail", "state", "received_at",
)  # fmt: skip
TOPIC_LENGTH, POINTER_LENGTH, DETAIL_LENGTH = 400, 200, 200


def insert_readings(connection: Connection, claims: Iterable[Claim], now: datetime) -> int:
    """Insert the claims, one to each identity; answers how many rows went in."""
    dialect = dialect_of(connection)
    made, rows = ReadingRows(dialect, dialect.instant(now)), dict[tuple[str, ...], list[Row]]()
    for claim in sorted(claims, key=lambda each: (each.found.reading.measure, each.found.reading.id.int)):
        components = EVERY_COMPONENT if dialect.wide else COMPONENTS[claim.found.reading.measure]
        rows.setdefault(components, []).append(made.row(claim.found, claim.delivery))
    return sum(insert_rows(connection, "reading", COMMON + components, each) for components, each in rows.items())


def insert_ledger(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Every message with its counts, its bytes, and one row a refused element."""
    dialect = dialect_of(connection)
    stored_at = dialect.instant(now)
    insert_rows(connection, "message", MESSAGE, [message_row(one, stored_at, dialect) for one in settled])
    insert_rows(connection, "message_payload", PAYLOAD, [_payload(one, dialect) for one in settled if one.keep])
    insert_rows(connection, "refusal", REFUSAL, [row for one in settled for row in _refusals(one, dialect)])


def message_row(one: Settled, stored_at: Any, dialect: Dialect) -> Row:
    delivery, verdicts, small = one.delivery, [each.verdict for each in one.verdicts], dialect.small
    return (
        dialect.uuid(delivery.id), _clean(delivery.topic, TOPIC_LENGTH), _clean(delivery.publisher, 40) or None,
        dialect.instant(delivery.received_at), stored_at, delivery.sha256, small(len(delivery.payload)),
        small(len(verdicts)), *map(small, map(verdicts.count, COUNTED)), dialect.uuid(delivery.replay_of),
    )  # fmt: skip


def _payload(one: Settled, dialect: Dialect) -> Row:
    delivery = one.delivery
    return dialect.uuid(delivery.id), delivery.received_at.isoformat()[:7], delivery.payload


def _refusals(one: Settled, dialect: Dialect) -> Iterable[Row]:
    delivery = one.delivery
    state = "open" if delivery.replay_of is None else "dismissed"  # of a replay only the first refusal stays open
    for refused in one.refusals:
        yield (
            dialect.uuid(derived_id(delivery.id, refused.element)), dialect.uuid(delivery.id),
            dialect.small(refused.element), refused.device_id or _clean(delivery.publisher, 40) or None,
            refused.given_id, dialect.big(refused.seq), refused.code,
            _clean(refused.pointer, POINTER_LENGTH), _clean(refused.detail, DETAIL_LENGTH), state,
            dialect.instant(delivery.received_at),
        )  # fmt: skip


def _clean(text: str, most: int) -> str:
    """What a stranger may have typed, as text that any database takes: no NUL, no lone surrogate, bounded."""
    if len(text) <= most and text.isascii() and "\0" not in text:
        return text
    return text[:most].replace("\0", "�").encode("utf-8", "replace").decode()
