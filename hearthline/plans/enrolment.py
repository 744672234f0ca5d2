"""Putting a patient into a programme, with the baseline that it measures against."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hearthline.errors import USAGE, Failure
from hearthline.facts import check_fact
from hearthline.names import line_of
from models.tables import ProgrammeEnrolment
from registry.care_plans import broken_rows
from registry.case import case_of
from registry.enrolments import get_programme, join_programme
from registry.facts import set_fact
from registry.limits import own_limits
from registry.programmes import Programme


def enrol(
    session: Session,
    patient_id: str,
    name: str,
    baseline: str | None,
    author: str,
    now: datetime,
    from_at: datetime | None,
) -> tuple[dict[str, Any], list[str]]:
    """The enrolment, and what a person should know: a baseline that is missing, own limits that break the care plan.
    Raises Failure for a baseline that the programme does not have."""
    programme = get_programme(name)
    row = join_programme(session, patient_id, name, author=author, now=now, from_at=from_at)
    line = line_of(row, "replaced_by")
    if baseline is None:
        return line, [*_missing(programme, patient_id), *_broken(session, programme, patient_id, row.from_at, now)]
    if programme.baseline is None:
        raise Failure(f"{name} has no baseline", "leave --baseline out", USAGE)
    check_fact(programme.baseline, baseline)
    set_fact(session, patient_id, programme.baseline, baseline, author=author, now=now, from_at=row.from_at)
    return line | {programme.baseline: baseline}, _broken(session, programme, patient_id, row.from_at, now)


def _missing(programme: Programme, patient_id: str) -> list[str]:
    fact = programme.baseline
    state = f"hearthline facts set --name {fact} --patient {patient_id}"
    return [f"{programme.name} measures against {fact}; state it: {state}"] if fact else []


def _broken(session: Session, programme: Programme, patient_id: str, at: datetime, now: datetime) -> list[str]:
    """What the care plan promises and the patient's own limits, set before, do not keep."""
    broken = broken_rows(programme, own_limits(case_of(session, patient_id, now), at))
    return [f"with the patient's own limits the care plan does not hold: {row}" for row in broken]


def enrolment_line(row: ProgrammeEnrolment, *, json: bool) -> dict[str, Any] | str:
    """As part of a patient; for people in a few words."""
    if json:
        return line_of(row, "id", "patient", "replaced_by")
    return f"{row.programme} since {row.from_at:%Y-%m-%d} (by {row.author})"
