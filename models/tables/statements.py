"""What people state about a patient: facts, limits, programmes. Dated rows with an author that are never edited.

Each holds in [from_at, until_at), None meaning still. What is stated anew from the same instant, or ended, is a new
row; `replaced_by` of the old one names it, and only rows that nothing replaced count. So what was known when stays
there.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class PatientFact(Base):
    """One statement, such as condition=heart_failure."""

    __tablename__ = "patient_fact"
    __table_args__ = (Index("ix_patient_fact_patient_id", "patient_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(200))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    author: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime]
    replaced_by: Mapped[UUID | None]


class PatientLimit(Base):
    """A patient's own limit for one parameter of one rule; `role` is the author's: nurse or provider."""

    __tablename__ = "patient_limit"
    __table_args__ = (Index("ix_patient_limit_patient_id", "patient_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    rule: Mapped[str] = mapped_column(String(40))
    parameter: Mapped[str] = mapped_column(String(40))
    amount: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    author: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(400))
    recorded_at: Mapped[datetime]
    replaced_by: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(String(20), server_default="nurse")


class ProgrammeEnrolment(Base):
    """A patient is in a programme (`registry/programmes`)."""

    __tablename__ = "programme_enrolment"
    __table_args__ = (Index("ix_programme_enrolment_patient_id", "patient_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    programme: Mapped[str] = mapped_column(String(40))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    author: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime]
    replaced_by: Mapped[UUID | None]
