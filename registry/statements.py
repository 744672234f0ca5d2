"""What everything stated about a patient has in common: rows are replaced, never edited, and rules look again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.queue import LookAgain, enqueue
from models.tables import Patient, PatientFact, PatientLimit, ProgrammeEnrolment, Reading
from registry.errors import RegistryError
from registry.patients import get_patient

Row = TypeVar("Row", PatientFact, PatientLimit, ProgrammeEnrolment)
NOT_COPIED = ("id", "until_at", "author", "recorded_at", "replaced_by")


def live(rows: Iterable[Row]) -> Iterator[Row]:
    """Those that nothing replaced."""
    return (row for row in rows if row.replaced_by is None)


def holds(row: PatientFact | PatientLimit | ProgrammeEnrolment, at: datetime) -> bool:
    return row.from_at <= at and (row.until_at is None or at < row.until_at)


def same_span(row: PatientFact | PatientLimit | ProgrammeEnrolment, begin: datetime, end: datetime | None) -> bool:
    return row.from_at == begin and row.until_at == end


def check_span(begin: datetime, end: datetime | None) -> None:
    """Raises RegistryError when it would end before it begins."""
    if end is not None and end <= begin:
        raise RegistryError(f"it would end at {end.isoformat()}, not after it begins at {begin.isoformat()}")


def hold(session: Session, patient_id: str) -> None:
    """Until the transaction ends nobody else states anything about the patient, so that two do not both stand. Raises
    RegistryError when there is no such patient."""
    get_patient(session, patient_id)
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def put(session: Session, row: Row, instead_of: Iterable[Row]) -> Row:
    """Add a row in place of others."""
    session.add(row)
    for old in instead_of:
        old.replaced_by = row.id
    return row


def end(session: Session, row: Row, at: datetime, *, author: str, now: datetime) -> Row:
    """The same statement once more, ending at `at`, in place of the old row."""
    copied = {column.name for column in row.__table__.columns if column.name not in NOT_COPIED}
    fields = {name: getattr(row, name) for name in copied}
    ended = type(row)(id=new_id(now), until_at=at, author=author, recorded_at=now, replaced_by=None, **fields)
    return put(session, ended, [row])


def look_again(
    session: Session,
    patient_id: str,
    since: datetime,
    now: datetime,
    streams: Iterable[str] | None = None,
    awaited: Iterable[str] = (),
) -> None:
    """Have the patient's streams judged anew from `since` on; all that have readings or those of `streams`, and those
    that are `awaited`."""
    session.flush()
    mine = set(session.scalars(select(Reading.stream).where(Reading.patient_id == patient_id).distinct()))
    wanted = (mine if streams is None else mine & set(streams)) | set(awaited)
    enqueue(session, [LookAgain(patient_id, stream, since, now, "registry") for stream in sorted(wanted)])
