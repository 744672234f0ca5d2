"""Whom a report of many is about: the patients of a programme, or all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Patient, ProgrammeEnrolment
from registry.enrolments import get_programme, is_in
from registry.programmes import PREFIX, programmes
from reports.errors import ReportError
from reports.names import ALL
from reports.subject import Subject, load_subjects, standing
from thresholds.types import Case

ZONE: Final = "UTC"  # of the group; each patient's dates are those of their own


@dataclass(frozen=True, slots=True)
class Group(Subject):
    """`id` is programme:NAME or all. `journeys`: patient → the programmes they are in at the period's end, each with
    the instant at which they began it."""

    members: tuple[Subject, ...] = ()
    journeys: Mapping[str, Mapping[str, datetime]] = None  # type: ignore[assignment]  # always given

    def head(self, at: datetime) -> list[tuple[str, str]]:
        return [("Group", self.id), ("Patients", str(len(self.members)))]

    def said(self) -> dict[str, Any]:
        programme = self.id.removeprefix(PREFIX) if self.id != ALL else None
        return {"subject": self.id, "programme": programme, "name": self.name, "patients_in_group": len(self.members)}


def load_group(session: Session, name: str, until: datetime, cursor: datetime) -> Group:
    """Who is in it at `until`, by what was recorded by the cursor, by name. Raises RegistryError for a programme that
    there is not, ReportError for what is no group."""
    programme = name.removeprefix(PREFIX)
    if name == ALL:
        words = "all patients"
    elif name == programme:
        raise ReportError("this report is of many patients; use --programme NAME or --all")
    else:
        words = get_programme(programme).name.replace("_", " ")
    wanted = select(Patient).where(Patient.enrolled_at <= cursor).order_by(Patient.name, Patient.id)
    everybody = session.scalars(wanted).all()
    journeys = _journeys(session, [each.id for each in everybody], until, cursor)
    mine = [each for each in everybody if name == ALL or programme in journeys.get(each.id, {})]
    members = load_subjects(session, mine, until, cursor)
    return Group(name, words, ZONE, Case(ZONE, until), tuple(members), journeys)


def _journeys(
    session: Session, patients: Sequence[str], until: datetime, cursor: datetime
) -> dict[str, dict[str, datetime]]:
    found = standing(session, ProgrammeEnrolment, patients, cursor)
    return {patient: {row.programme: row.from_at for row in _in(rows, until)} for patient, rows in found.items()}


def _in(rows: Iterable[ProgrammeEnrolment], until: datetime) -> list[ProgrammeEnrolment]:
    known = programmes()
    return [row for row in rows if row.programme in known and is_in(row, known[row.programme], until)]
