"""Schedules and made reports as rows, for programs and for people."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hearthline.tables import Column
from models.tables import MadeReport, ReportRun, ReportSchedule
from reports.schedule.due import next_time
from reports.schedule.record import list_schedules

SCHEDULES: Final = (
    Column("id", "id", ending=True), Column("report", "report"), Column("of", "of"), Column("when", "when"),
    Column("to", "to"), Column("next_due_at", "next"), Column("last", "last"),
)  # fmt: skip
REPORTS: Final = (
    Column("id", "id", ending=True), Column("report", "report"), Column("subject", "of"),
    Column("due_at", "due"), Column("sufficient", "sufficient"), Column("delivered_at", "delivered"),
    Column("delivered_to", "to", below="delivered_at"),
)  # fmt: skip
SHOWN: Final = (
    "id", "run_id", "schedule_id", "report", "subject", "patient_id", "programme", "due_at", "since", "until", "cursor",
    "made_at", "sufficient", "digest", "delivered_to", "delivered_at",
)  # fmt: skip
NAMES: Final = {"run_id": "run", "schedule_id": "schedule", "patient_id": "patient"}


def schedule_lines(session: Session, clinic: str, now: datetime) -> list[dict[str, Any]]:
    return [schedule_line(session, each, clinic, now) for each in list_schedules(session)]


def schedule_line(session: Session, row: ReportSchedule, clinic: str, now: datetime) -> dict[str, Any]:
    last = select(ReportRun).where(ReportRun.schedule_id == row.id).order_by(ReportRun.due_at.desc()).limit(1)
    run = session.scalar(last)
    return {
        "id": row.id, "report": row.report, "patient": row.patient_id, "programme": row.programme, "days": row.days,
        "of": row.patient_id or row.programme or "all", "every": row.every, "on": row.on_day or None, "at": row.at_time,
        "zone": row.zone, "when": f"every {row.every} {row.on_day} {row.at_time} ({row.zone})".replace("  ", " "),
        "to": row.destination + (", private" if row.private else ""), "author": row.author, "made_at": row.made_at,
        "paused_at": row.paused_at, "next_due_at": next_time(session, row, clinic, now),
        "last": None if run is None else _run_line(run),
    }  # fmt: skip


def for_people(line: dict[str, Any]) -> dict[str, Any]:
    last = line["last"]
    if last is None:
        return line
    came = f"{last['outcome'] or 'not over'}, {last['made']} made" + (
        f", {last['failed']} not" if last["failed"] else ""
    )
    return line | {"last": f"{last['due_at']:%Y-%m-%d %H:%M}Z: {last['problem'] or came}"}


def _run_line(run: ReportRun) -> dict[str, Any]:
    return {
        "id": run.id.hex[-8:], "due_at": run.due_at, "made": run.made, "failed": run.failed, "outcome": run.outcome,
        "problem": run.problem,
    }  # fmt: skip


def report_lines(
    session: Session, *, patient: str | None, report: str | None, run: UUID | None, most: int
) -> list[dict[str, Any]]:
    """Newest first, without what they say."""
    wanted = {MadeReport.patient_id: patient, MadeReport.report: report, MadeReport.run_id: run}
    query = select(*(getattr(MadeReport, name) for name in SHOWN))
    query = query.where(*(column == value for column, value in wanted.items() if value is not None))
    rows = session.execute(query.order_by(MadeReport.made_at.desc(), MadeReport.id).limit(most)).mappings()
    return [{NAMES.get(name, name): value for name, value in row.items()} for row in rows]
