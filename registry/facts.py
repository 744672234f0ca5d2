"""Dated statements about a patient, each with its author."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.queue import LookAgain, enqueue
from models.tables import PatientFact, Reading
from registry.beginning import BEGINNING
from registry.patients import get_patient


def set_fact(
    session: Session,
    patient_id: str,
    name: str,
    value: str,
    *,
    author: str,
    now: datetime,
    from_at: datetime | None = None,
) -> PatientFact:
    """State that `name` has `value` from `from_at` on (default: the beginning); rules look again from there."""
    patient = get_patient(session, patient_id)
    begin = from_at or BEGINNING
    fact = PatientFact(
        id=new_id(now),
        patient_id=patient.id,
        name=name,
        value=value,
        from_at=begin,
        until_at=None,
        author=author,
        recorded_at=now,
    )
    session.add(fact)
    streams = session.scalars(select(Reading.stream).where(Reading.patient_id == patient.id).distinct())
    enqueue(session, [LookAgain(patient.id, stream, begin, now, "registry") for stream in streams])
    session.flush()
    return fact


def list_facts(session: Session, patient_id: str) -> list[PatientFact]:
    """A patient's facts by name, oldest first."""
    mine = select(PatientFact).where(PatientFact.patient_id == patient_id)
    return list(session.scalars(mine.order_by(PatientFact.name, PatientFact.from_at, PatientFact.id)))
