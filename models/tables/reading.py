"""Readings: one row a measurement event, one nullable column a component of the catalogue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.measures import CATALOGUE
from models.tables.base import Base

COMPONENTS = tuple(component.name for measure in CATALOGUE.values() for component in measure.components)


class Reading(Base):
    """`id` is derived from what identifies the reading (`ingest.identity`), so storing one twice writes one row.

    `stream` is the series the reading continues (`models.measures.stream_of`). The component columns are doubles in
    the catalogue's unit and serve statistics; `as_sent` keeps component -> [decimal text or LO/HI, unit] and is what
    rules compare. Instants are aware UTC; `utc_offset` is minutes east; `device_time` is the text as sent. `quality`
    lists marks, sorted; `comparator` is '<' for LO and '>' for HI.
    """

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("comparator IN ('<', '>')", name="comparator_known"),
        CheckConstraint("time_quality IN ('good', 'doubtful')", name="time_quality_known"),
        Index("uq_reading_device_id_given_id", "device_id", "given_id", unique=True),
        Index("ix_reading_patient_id_stream_measured_at", "patient_id", "stream", "measured_at"),
        Index("ix_reading_device_id_measured_at", "device_id", "measured_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    device_id: Mapped[str] = mapped_column(String(40))
    slot: Mapped[int | None]
    patient_id: Mapped[str] = mapped_column(String(40))
    assignment_id: Mapped[UUID]
    measure: Mapped[str] = mapped_column(String(40))
    stream: Mapped[str] = mapped_column(String(40))
    given_id: Mapped[str | None] = mapped_column(String(64))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime | None]
    measured_at: Mapped[datetime]
    utc_offset: Mapped[int]
    device_time: Mapped[str] = mapped_column(String(40))
    time_source: Mapped[str] = mapped_column(String(20))
    time_quality: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    quality: Mapped[list[Any]]
    comparator: Mapped[str | None] = mapped_column(String(1))
    context: Mapped[dict[str, Any]]
    as_sent: Mapped[dict[str, Any]]
    content_digest: Mapped[str] = mapped_column(String(64))


for name in COMPONENTS:
    setattr(Reading, name, Column(name, Double, nullable=True))
