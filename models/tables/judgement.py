"""What is to be looked at again, what was found, and what people do about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base

STATUSES = ("open", "acknowledged", "in_progress", "resolved", "withdrawn")
IS_ACTIVE = text("status IN ('open', 'acknowledged', 'in_progress')")


class Evaluation(Base):
    """A request to look again at a patient's stream from `since` on, not before `due_at`; inserted, deleted by id."""

    __tablename__ = "evaluation"
    __table_args__ = (
        Index("ix_evaluation_due_at", "due_at"),
        Index("ix_evaluation_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(40))
    stream: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]


class Episode(Base):
    """Derived: a function of readings, limits, facts and as-of; recomputed, never edited.

    `last_at` is the last reading that breached (for a silence: the end of the gap so far); `ended_at` the reading
    that ended the episode, None while it lasts. `evidence` holds the readings that counted, as sent.
    """

    __tablename__ = "episode"
    __table_args__ = (Index("uq_episode_patient_id_rule_started_at", "patient_id", "rule", "started_at", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(40))
    measure: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    breaches: Mapped[int]
    evidence: Mapped[dict[str, Any]]


class Flag(Base):
    """What people act on; copies what it shows, so nothing it says depends on a reading that may be re-attributed.

    `since`/`until` span the episodes it covers; `history` lists every transition with actor, time and note.
    """

    __tablename__ = "flag"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status_known"),
        Index("uq_flag_active", "patient_id", "rule", unique=True, sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE),
        Index("ix_flag_patient_id_rule_since", "patient_id", "rule", "since"),
        Index("ix_flag_status", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(40))
    measure: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    until: Mapped[datetime]
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    episodes: Mapped[int]
    breaches: Mapped[int]
    late: Mapped[bool]
    ended: Mapped[bool]
    awaiting_confirmation: Mapped[bool]
    not_confirmed: Mapped[bool]
    evidence: Mapped[dict[str, Any]]
    history: Mapped[list[Any]]
