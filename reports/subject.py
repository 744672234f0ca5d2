"""Whom a report is about: the patient, and what was stated about them by the cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.among import among
from models.tables import Patient, PatientFact, PatientLimit, ProgrammeEnrolment
from registry.programmes import implied
from thresholds import RULES
from thresholds.compare import convert
from thresholds.facts import date_fact, decimal_fact
from thresholds.limits import PATIENT, InForce, limit_in_force
from thresholds.types import Amount, Awaited, Case, Fact, Limit

Row = TypeVar("Row", PatientFact, PatientLimit, ProgrammeEnrolment)


@dataclass(frozen=True, slots=True)
class Subject:
    """`case` holds the facts and the patient's own limits, as rules read them."""

    id: str
    name: str
    zone: str
    case: Case

    def head(self, at: datetime) -> list[tuple[str, str]]:
        """As a page names them."""
        born = self.born(at)
        return [("Patient", self.id), ("Born", f"{born:%Y-%m-%d}" if born else "not stated")]

    def said(self) -> dict[str, Any]:
        """As JSON names them."""
        return {"patient": self.id, "name": self.name}

    def born(self, at: datetime) -> date | None:
        return date_fact(self.case, "birth_date", at)

    def dry_weight(self, at: datetime) -> float | None:
        """In kg, in force at `at`."""
        stated = decimal_fact(self.case, "dry_weight", at)
        return None if stated is None else float(stated)

    def pregnant(self, at: datetime) -> bool:
        return self.case.has("condition", "pregnancy", at)

    def limit(self, rule: str, parameter: str, at: datetime) -> float:
        """The number in force at `at`, in the parameter's own unit, whichever it was set in."""
        limit = self._in_force(rule, parameter, at)
        return float(convert(limit.amounts[0], limit.parameter.accepts))

    def limits(self, rules: Iterable[str], at: datetime) -> list[dict[str, Any]]:
        """Every parameter of these rules with whose limit was in force at `at`."""
        found = ((rule, self._in_force(rule, each.name, at)) for rule in rules for each in RULES[rule].parameters)
        return [_line(rule, each) for rule, each in found]

    def _in_force(self, rule: str, parameter: str, at: datetime) -> InForce:
        return limit_in_force(RULES[rule], parameter, self.case, at)


def _line(rule: str, limit: InForce) -> dict[str, Any]:
    amounts = [f"{amount.text} {amount.unit}" for amount in limit.amounts]
    stated = {name: getattr(limit, name) or None for name in ("author", "role", "reason", "from_at", "until_at")}
    return {"rule": rule, "parameter": limit.parameter.name, "amounts": amounts, "origin": limit.origin, **stated}


def load_subject(session: Session, patient: Patient, until: datetime, cursor: datetime) -> Subject:
    return load_subjects(session, [patient], until, cursor)[0]


def load_subjects(session: Session, patients: Sequence[Patient], until: datetime, cursor: datetime) -> list[Subject]:
    """As `registry.case.load_cases` reads them, but by what was recorded until the cursor; in three statements."""
    ids = [patient.id for patient in patients]
    facts = standing(session, PatientFact, ids, cursor)
    limits = standing(session, PatientLimit, ids, cursor)
    journeys = standing(session, ProgrammeEnrolment, ids, cursor)
    return [
        _subject(patient, until, facts.get(patient.id, []), limits.get(patient.id, []), journeys.get(patient.id, []))
        for patient in patients
    ]


def _subject(
    patient: Patient,
    until: datetime,
    stated: list[PatientFact],
    own: list[PatientLimit],
    journeys: list[ProgrammeEnrolment],
) -> Subject:
    facts = [Fact(row.name, row.value, row.from_at, row.until_at) for row in stated]
    limits, awaited = [_limit(row) for row in own], list[Awaited]()
    for row in journeys:
        more = implied(row.programme, row.from_at, row.until_at, author=row.author)
        facts += more.facts
        limits += more.limits
        awaited += more.awaited
    case = Case(patient.zone, until, tuple(facts), limits=tuple(limits), awaited=tuple(awaited))
    return Subject(patient.id, patient.name, patient.zone, case)


def standing(session: Session, table: type[Row], patients: Sequence[str], cursor: datetime) -> dict[str, list[Row]]:
    """Patient → rows, oldest first, that nothing had replaced by the cursor: what replaced a row later is not there."""
    mine = select(table).where(among(session.connection(), table.patient_id, patients), table.recorded_at <= cursor)
    rows = session.scalars(mine.order_by(table.recorded_at, table.id)).all()
    known, found = {row.id for row in rows}, dict[str, list[Row]]()
    for row in rows:
        if row.replaced_by not in known:
            found.setdefault(row.patient_id, []).append(row)
    return found


def _limit(row: PatientLimit) -> Limit:
    amount, said = Amount(row.amount, row.unit), (row.author, row.role, row.reason)
    return Limit(row.rule, row.parameter, amount, row.from_at, row.until_at, PATIENT, *said)
