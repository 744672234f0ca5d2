"""Reports on a schedule: what is to be made when, each time it was due, and the reports that were made."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class ReportSchedule(Base):
    """`patient_id` or `programme` says for whom; neither means everybody. `days` None: as many as suit the report.

    `every` day, week or month, on `on_day` (a weekday, a day of the month, or nothing), at `at_time` (HH:MM) by the
    clock of `zone`: patient or clinic. `destination` is folder:PATH or mail:ADDRESS; `private` lets a mail carry the
    report itself. Only what is due after `active_since` is made. A removed row stays for the reports made by it.
    """

    __tablename__ = "report_schedule"
    __table_args__ = (
        CheckConstraint("every IN ('day', 'week', 'month')", name="every_known"),
        CheckConstraint("zone IN ('patient', 'clinic')", name="zone_known"),
        CheckConstraint("patient_id IS NULL OR programme IS NULL", name="one_subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    programme: Mapped[str | None] = mapped_column(String(40))
    days: Mapped[int | None]
    every: Mapped[str] = mapped_column(String(8))
    on_day: Mapped[str] = mapped_column(String(10))
    at_time: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(8))
    destination: Mapped[str] = mapped_column(String(1000))
    private: Mapped[bool]
    author: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    active_since: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class ReportRun(Base):
    """One time a schedule was due, or was asked for by a person (`asked`): first its reports are made, then delivered.

    `made` and `failed` count patients. `made_at` is when making was over, `ended_at` when nothing is left to do:
    delivered, given up, or overtaken by a later run, as `outcome` says. `attempts` count failures of the step it is
    at; the next one is not before `again_at`, and `problem` says what the last one was, without a name or value.
    """

    __tablename__ = "report_run"
    __table_args__ = (
        Index("uq_report_run_schedule_id_due_at", "schedule_id", "due_at", unique=True),
        Index("ix_report_run_ended_at", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("report_schedule.id"))
    due_at: Mapped[datetime]
    asked: Mapped[bool]
    begun_at: Mapped[datetime]
    made: Mapped[int]
    failed: Mapped[int]
    made_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    attempts: Mapped[int]
    again_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(200))


class MadeReport(Base):
    """A report that was made, once for each (schedule, due_at, subject), and kept as it was delivered.

    `subject` is the patient's id, or what a report of many is about (`programme:NAME`, `all`). `body` is the report's
    JSON; `page` its HTML and `pdf` its PDF, if it has one, both packed with zlib. It used what was stored until
    `cursor`; `digest` is that of the readings used. `delivered_to` is the folder or address.
    """

    __tablename__ = "report"
    __table_args__ = (
        Index("uq_report_schedule_id_due_at_subject", "schedule_id", "due_at", "subject", unique=True),
        Index("ix_report_patient_id_report_made_at", "patient_id", "report", "made_at"),
        Index("ix_report_run_id", "run_id"),
        Index("ix_report_made_at", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("report_run.id"))
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("report_schedule.id"))
    due_at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(String(60))
    report: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    programme: Mapped[str | None] = mapped_column(String(40))
    since: Mapped[datetime]
    until: Mapped[datetime]
    cursor: Mapped[datetime]
    made_at: Mapped[datetime]
    sufficient: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    page: Mapped[bytes] = mapped_column(LargeBinary)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    delivered_to: Mapped[str | None] = mapped_column(String(1000))
    delivered_at: Mapped[datetime | None]
