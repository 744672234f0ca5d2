"""The loss ledger: every message the broker ever handed over, and what became of each of its elements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Message(Base):
    """One delivery. The id is made at hand-over, so repeating a commit of unknown outcome counts nothing twice.

    `replay_of` is the refusal that a replay tried again; None for what came from the broker.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("elements = stored + duplicate + quarantined + noted", name="all_accounted"),
        Index("ix_message_received_at", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(400))
    device_id: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    elements: Mapped[int]
    stored: Mapped[int]
    duplicate: Mapped[int]
    quarantined: Mapped[int]
    noted: Mapped[int]
    replay_of: Mapped[UUID | None]


class MessagePayload(Base):
    """The bytes as received, apart from the message because they are purged by `month` (YYYY-MM)."""

    __tablename__ = "message_payload"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Refusal(Base):
    """The quarantine: one element of one message, why it was refused, and whether somebody still has to look.

    `element` counts from 0; `pointer` is a JSON pointer into the payload; `resolved_by` is the message of the replay
    that stored it; `seq` is the device's number of it, where it could be read: refused is not missing.
    """

    __tablename__ = "refusal"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'resolved', 'dismissed')", name="state_known"),
        Index("ix_refusal_message_id", "message_id"),
        Index("ix_refusal_state_received_at", "state", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    element: Mapped[int]
    device_id: Mapped[str | None] = mapped_column(String(40))
    given_id: Mapped[str | None] = mapped_column(String(64))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(String(60))
    pointer: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    resolved_by: Mapped[UUID | None]
