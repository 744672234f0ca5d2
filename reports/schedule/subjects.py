"""Whom a schedule is about, at an instant, and by which clocks it is due."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Patient, ReportSchedule
from registry.enrolments import list_members
from registry.programmes import PREFIX
from reports.names import ALL, OF_MANY
from reports.schedule.record import CLINIC


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is the patient's, or names the many that one report is about; its zone is that of the patient."""

    id: str
    zone: str
    patient: str | None


def list_subjects(session: Session, schedule: ReportSchedule, now: datetime) -> list[Subject]:
    """One for each report to be made, in the order of ids."""
    if schedule.report in OF_MANY:
        return [Subject(f"{PREFIX}{schedule.programme}" if schedule.programme else ALL, "UTC", None)]
    patients = select(Patient.id, Patient.zone).order_by(Patient.id)
    if schedule.patient_id is not None:
        patients = patients.where(Patient.id == schedule.patient_id)
    chosen = None if schedule.programme is None else set(list_members(session, schedule.programme, now))
    rows = session.execute(patients).all()
    return [Subject(row.id, row.zone, row.id) for row in rows if chosen is None or row.id in chosen]


def list_zones(session: Session, schedule: ReportSchedule, clinic: str, now: datetime) -> list[str]:
    """The zones by whose clocks it is due; none where nobody is in it, or nobody said which zone the clinic's is."""
    if schedule.zone == CLINIC:
        return [clinic] if clinic else []
    return sorted({subject.zone for subject in list_subjects(session, schedule, now)})
