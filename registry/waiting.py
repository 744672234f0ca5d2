"""Who is in a programme that waits for a first reading, and has sent none in time: somebody has to call."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.tables import ProgrammeEnrolment, Reading
from registry.enrolments import is_in
from registry.programmes import programmes


class Waiting(NamedTuple):
    """No reading of `measure` since enrolment, and it was expected by `due_at`."""

    patient_id: str
    programme: str
    measure: str
    enrolled_at: datetime
    due_at: datetime


def list_waiting(session: Session, now: datetime) -> list[Waiting]:
    """Longest waiting first."""
    found = [each for each in _expected(session, now) if not _has_reading(session, each)]
    return sorted(found, key=lambda each: (each.due_at, each.patient_id, each.measure))


def _expected(session: Session, now: datetime) -> Iterator[Waiting]:
    known = programmes()
    standing = select(ProgrammeEnrolment).where(ProgrammeEnrolment.replaced_by.is_(None))
    for row in session.scalars(standing):
        programme = known.get(row.programme)
        if programme is None or not is_in(row, programme, now):
            continue
        for measure, within in programme.first_reading.items():
            if row.from_at + within <= now:
                yield Waiting(row.patient_id, row.programme, measure, row.from_at, row.from_at + within)


def _has_reading(session: Session, waiting: Waiting) -> bool:
    mine = exists().where(
        Reading.patient_id == waiting.patient_id,
        Reading.measure == waiting.measure,
        Reading.measured_at >= waiting.enrolled_at,
    )
    return bool(session.scalar(select(mine)))
