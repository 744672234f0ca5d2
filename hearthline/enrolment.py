"""Putting a patient into a programme, with the baseline that it measures against."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hearthline.errors import USAGE, Failure
from hearthline.facts import check_fact
from hearthline.names import line_of
from models.tables import ProgrammeEnrolment
from registry.enrolments import get_programme, join_programme
from registry.facts import set_fact


def enrol(
    session: Session,
    patient_id: str,
    name: str,
    baseline: str | None,
    author: str,
    now: datetime,
    from_at: datetime | None,
) -> tuple[dict[str, Any], list[str]]:
    """The enrolment, and what a person should know: a baseline that is missing. Raises Failure for one that the
    programme does not have."""
    programme = get_programme(name)
    row = join_programme(session, patient_id, name, author=author, now=now, from_at=from_at)
    line = line_of(row, "replaced_by")
    if programme.baseline is None:
        if baseline is not None:
            raise Failure(f"{name} has no baseline", "leave --baseline out", USAGE)
        return line, []
    if baseline is None:
        fact = programme.baseline
        return line, [
            f"{name} measures against {fact}; state it: hearthline facts set --name {fact} --patient {patient_id}"
        ]
    check_fact(programme.baseline, baseline)
    set_fact(session, patient_id, programme.baseline, baseline, author=author, now=now, from_at=row.from_at)
    return line | {programme.baseline: baseline}, []


def enrolment_line(row: ProgrammeEnrolment, *, json: bool) -> dict[str, Any] | str:
    """As part of a patient; for people in a few words."""
    if json:
        return line_of(row, "id", "patient", "replaced_by")
    return f"{row.programme} since {row.from_at:%Y-%m-%d} (by {row.author})"
