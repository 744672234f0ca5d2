"""Patients: who is being looked after, and in which zone their day begins."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Patient
from registry.errors import RegistryError


def enrol_patient(session: Session, *, name: str, zone: str, now: datetime, patient_id: str | None = None) -> Patient:
    """Add a patient; `zone` is an IANA name. Raises RegistryError when the id is taken or the zone unknown."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RegistryError(f"unknown time zone {zone!r}; use a name such as Europe/Paris") from error
    patient_id = patient_id or f"pt-{secrets.token_hex(4)}"
    if session.get(Patient, patient_id) is not None:
        raise RegistryError(f"patient {patient_id} exists already; choose another id")
    patient = Patient(id=patient_id, name=name, zone=zone, enrolled_at=now)
    session.add(patient)
    session.flush()
    return patient


def get_patient(session: Session, patient_id: str) -> Patient:
    """The patient; raises RegistryError when there is none."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise RegistryError(f"no patient {patient_id}; see: hearthline patients list")
    return patient


def list_patients(session: Session) -> list[Patient]:
    """All patients by name, then id."""
    return list(session.scalars(select(Patient).order_by(Patient.name, Patient.id)))
