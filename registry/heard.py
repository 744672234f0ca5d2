"""When a device was last heard and what it last said of its battery; its status is sought in the newest messages."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Message, MessagePayload, Reading

NEWEST: Final = 20_000  # messages that are searched for a status: a device says one more often than that, or is silent


@dataclass(frozen=True, slots=True)
class Heard:
    """`at` is the receipt (aware UTC) of the newest reading or status, `battery` the percent of the newest status; None
    where not known."""

    at: datetime | None
    battery: float | None


def last_heard(session: Session, device_id: str) -> Heard:
    """By the reading that was measured last and the status that was received last."""
    newest = select(Reading.received_at).where(Reading.device_id == device_id).order_by(Reading.measured_at.desc())
    reading = session.scalar(newest.limit(1))
    messages = select(Message.id, Message.topic, Message.received_at).order_by(Message.received_at.desc())
    recent = messages.limit(NEWEST).subquery()
    status = session.execute(
        select(recent.c.received_at, MessagePayload.payload)
        .outerjoin(MessagePayload, MessagePayload.message_id == recent.c.id)
        .where(recent.c.topic == f"hearthline/v1/up/{device_id}/status")
        .order_by(recent.c.received_at.desc())
        .limit(1)
    ).first()
    if status is None:
        return Heard(reading, None)
    return Heard(max(filter(None, (reading, status[0]))), _battery(status[1]))


def _battery(payload: bytes | None) -> float | None:
    """A device may say anything: only a percentage is one."""
    try:
        said = json.loads(payload or b"{}")
    except (ValueError, RecursionError):
        return None
    level = said.get("battery") if isinstance(said, dict) else None
    if not isinstance(level, int | float) or isinstance(level, bool):
        return None
    return float(level) if 0 <= level <= 100 else None
