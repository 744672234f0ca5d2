"""The bytes of old messages go, month by month; what became of each message stays in the ledger for good.

What was refused keeps its bytes while somebody has to look at it, and for the 90 days the contract promises.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, delete, exists, select

from models.tables import MessagePayload, Refusal

QUARANTINED: Final = timedelta(days=90)
FIRST: Final = 500  # messages
MOST: Final = 10_000
LONG: Final = 0.05  # seconds: a second writer on SQLite waits for one transaction, which stays under 0.1


@dataclass(frozen=True, slots=True)
class Purged:
    """`before` is the first month (YYYY-MM) of which everything is kept; `kept` older payloads are still needed."""

    before: str
    purged: int
    kept: int


def purge_payloads(
    writer: Engine, *, older_than: timedelta, now: datetime, tick: Callable[[int], None], batch: int = FIRST
) -> Purged:
    """Delete the bytes of the months that ended `older_than` ago, in short transactions beside a running ingest.

    `batch` is how many messages the first transaction looks at; how long one takes decides about the next. `tick`
    hears how many more were looked at.
    """
    before = f"{now - older_than:%Y-%m}"
    last, seen, purged = UUID(int=0), 0, 0
    while ids := _following(writer, before, last, batch):
        began = time.monotonic()
        purged += _purge(writer, before, (last, ids[-1]), now - QUARANTINED)
        took = time.monotonic() - began
        last, seen, batch = ids[-1], seen + len(ids), _next_batch(batch, took)
        tick(len(ids))
    return Purged(before, purged, seen - purged)


def _following(writer: Engine, before: str, last: UUID, most: int) -> list[UUID]:
    wanted = (MessagePayload.message_id > last, MessagePayload.month < before)
    with writer.connect() as connection:
        query = select(MessagePayload.message_id).where(*wanted).order_by(MessagePayload.message_id).limit(most)
        return list(connection.scalars(query))


def _purge(writer: Engine, before: str, ids: tuple[UUID, UUID], refused_since: datetime) -> int:
    payload, (last, upto) = MessagePayload, ids
    needed = (Refusal.state == "open") | (Refusal.received_at > refused_since)
    free = ~exists().where(Refusal.message_id == payload.message_id, needed)
    with writer.begin() as connection:
        mine = (payload.message_id > last, payload.message_id <= upto, payload.month < before)
        return connection.execute(delete(payload).where(*mine, free)).rowcount


def _next_batch(batch: int, took: float) -> int:
    return max(1, batch // 2) if took > LONG else min(MOST, batch + batch // 4 + 1)
