"""Running processes and their last sign of life: "ingest is behind" is a fact in the record, not a guess."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Process(Base):
    """`slot`: the worker's fixed number; `oldest_waiting`: since when it may hold messages that are not stored yet.

    The row is the lease on the slot: `holder` names the process that has it (host, process id, start), and nobody
    else may work under the slot's client id while `seen_at` keeps moving.
    """

    __tablename__ = "process"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(100))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    oldest_waiting: Mapped[datetime | None]


class Running(Base):
    """A run that is over: from `started_at` to its last sign of life, without a pause between two of them. What a slot
    does now, or did last, is in its row of `process`."""

    __tablename__ = "running"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
