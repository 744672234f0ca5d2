"""Whom a report is about: the patient, and what was stated about them by the cursor."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Patient, PatientFact, PatientLimit
from thresholds.facts import date_fact, decimal_fact
from thresholds.types import Case, Fact


@dataclass(frozen=True, slots=True)
class Subject:
    """`case` holds the facts; `limits` are the patient's own, in force at the period's end, as the record has them."""

    id: str
    name: str
    zone: str
    case: Case
    limits: list[dict[str, Any]]

    def born(self, at: datetime) -> date | None:
        return date_fact(self.case, "birth_date", at)

    def dry_weight(self, at: datetime) -> float | None:
        """In kg, in force at `at`."""
        stated = decimal_fact(self.case, "dry_weight", at)
        return None if stated is None else float(stated)

    def pregnant(self, at: datetime) -> bool:
        return self.case.has("condition", "pregnancy", at)


def load_subject(session: Session, patient: Patient, until: datetime, cursor: datetime) -> Subject:
    mine = PatientFact.patient_id == patient.id, PatientFact.recorded_at <= cursor
    facts = session.scalars(select(PatientFact).where(*mine).order_by(PatientFact.recorded_at, PatientFact.id))
    stated = tuple(Fact(each.name, each.value, each.from_at, each.until_at) for each in facts)
    case = Case(patient.zone, until, stated)
    return Subject(patient.id, patient.name, patient.zone, case, _limits(session, patient.id, until, cursor))


def _limits(session: Session, patient: str, until: datetime, cursor: datetime) -> list[dict[str, Any]]:
    found = session.scalars(
        select(PatientLimit)
        .where(PatientLimit.patient_id == patient, PatientLimit.recorded_at <= cursor, PatientLimit.from_at <= until)
        .order_by(PatientLimit.rule, PatientLimit.parameter, PatientLimit.from_at)
    )
    names = ("rule", "parameter", "amount", "unit", "from_at", "until_at", "author", "reason")
    in_force = (each for each in found if each.until_at is None or each.until_at > until)
    return [{name: getattr(each, name) for name in names} for each in in_force]
