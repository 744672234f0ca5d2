"""Schedules in the record: added, paused, resumed and removed by people."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.tables import ReportSchedule
from registry.enrolments import get_programme
from registry.patients import get_patient
from reports.errors import ReportError
from reports.names import NAMES, OF_MANY
from reports.schedule.destination import Destination
from reports.schedule.rhythm import Rhythm

CLINIC, PATIENT = "clinic", "patient"
ZONES = (PATIENT, CLINIC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Neither `patient` nor `programme`: everybody. `zone` says by whose clock: patient or clinic."""

    report: str
    patient: str | None
    programme: str | None
    days: int | None
    rhythm: Rhythm
    zone: str
    destination: Destination


def add_schedule(session: Session, wanted: Wanted, *, author: str, now: datetime) -> ReportSchedule:
    """Raises ReportError and RegistryError for what cannot be made."""
    _check(session, wanted)
    rhythm = wanted.rhythm
    row = ReportSchedule(
        id=new_id(now), report=wanted.report, patient_id=wanted.patient, programme=wanted.programme, days=wanted.days,
        every=rhythm.every, on_day=rhythm.on, at_time=f"{rhythm.at:%H:%M}", zone=wanted.zone,
        destination=str(wanted.destination), private=wanted.destination.private, author=author, made_at=now,
        active_since=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _check(session: Session, wanted: Wanted) -> None:
    if wanted.report not in NAMES:
        raise ReportError(f"there is no report {wanted.report!r}; one of: {', '.join(NAMES)}")
    if wanted.patient is not None:
        get_patient(session, wanted.patient)
        if wanted.report in OF_MANY:
            raise ReportError(f"the report {wanted.report} is of many patients; name --programme or --all")
    if wanted.programme is not None:
        get_programme(wanted.programme)
    if wanted.zone == PATIENT and wanted.report in OF_MANY:
        raise ReportError(f"the report {wanted.report} is of patients in many zones; use --zone clinic")


def list_schedules(session: Session) -> list[ReportSchedule]:
    """Those that nobody removed, oldest first."""
    kept = select(ReportSchedule).where(ReportSchedule.removed_at.is_(None))
    return list(session.scalars(kept.order_by(ReportSchedule.made_at, ReportSchedule.id)))


def rhythm_of(schedule: ReportSchedule) -> Rhythm:
    return Rhythm(schedule.every, schedule.on_day, time.fromisoformat(schedule.at_time))


def pause(schedule: ReportSchedule, now: datetime) -> None:
    _check_there(schedule)
    if schedule.paused_at is not None:
        raise ReportError("the schedule is paused already")
    schedule.paused_at = now


def resume(schedule: ReportSchedule, now: datetime) -> None:
    """What was due meanwhile is not made."""
    _check_there(schedule)
    if schedule.paused_at is None:
        raise ReportError("the schedule is not paused")
    schedule.paused_at, schedule.active_since = None, now


def remove(schedule: ReportSchedule, now: datetime) -> None:
    _check_there(schedule)
    schedule.removed_at = now


def _check_there(schedule: ReportSchedule) -> None:
    if schedule.removed_at is not None:
        raise ReportError("the schedule was removed; see: hearthline reports schedule list")
