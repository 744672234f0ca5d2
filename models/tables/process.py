"""Running processes and their last sign of life: "ingest is behind" is a fact in the record, not a guess."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Process(Base):
    """`slot`: the worker's fixed number; `oldest_waiting`: when its oldest message not yet stored was received."""

    __tablename__ = "process"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    oldest_waiting: Mapped[datetime | None]
