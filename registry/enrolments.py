"""Who is in which programme, from when until when."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.tables import ProgrammeEnrolment
from registry.errors import RegistryError
from registry.programmes import Programme, programmes
from registry.statements import end, hold, holds, live, look_again, put


def get_programme(name: str) -> Programme:
    """Raises RegistryError for one that there is not."""
    known = programmes()
    if name not in known:
        raise RegistryError(f"there is no programme {name!r}; known: {', '.join(known)}")
    return known[name]


def join_programme(
    session: Session, patient_id: str, name: str, *, author: str, now: datetime, from_at: datetime | None = None
) -> ProgrammeEnrolment:
    """From `from_at` (default: now) on the programme's limits and its condition count; rules look again from there.

    Raises RegistryError for who is in it already.
    """
    programme, begin = get_programme(name), from_at or now
    hold(session, patient_id)
    mine = [each for each in list_enrolments(session, patient_id) if each.programme == name]
    if any(is_in(each, programme, begin) for each in mine):
        raise RegistryError(f"patient {patient_id} is in {name} then; see: hearthline patients leave --help")
    row = ProgrammeEnrolment(
        id=new_id(now), patient_id=patient_id, programme=name, from_at=begin, until_at=None, author=author,
        recorded_at=now,
    )  # fmt: skip
    put(session, row, [])
    look_again(session, patient_id, begin, now, awaited=programme.cadence)
    return row


def leave_programme(
    session: Session, patient_id: str, name: str, *, author: str, now: datetime, at: datetime | None = None
) -> ProgrammeEnrolment:
    """From `at` (default: now) on it counts no longer. Raises RegistryError for who is not in it then."""
    when = at or now
    hold(session, patient_id)
    mine = list_enrolments(session, patient_id)
    programme = get_programme(name)
    found = next((each for each in mine if each.programme == name and is_in(each, programme, when)), None)
    if found is None:
        raise RegistryError(f"patient {patient_id} is not in {name} then; see: hearthline plans show {patient_id}")
    row = end(session, found, when, author=author, now=now)
    look_again(session, patient_id, when, now, awaited=programme.cadence)
    return row


def list_enrolments(session: Session, patient_id: str) -> list[ProgrammeEnrolment]:
    """What stands, oldest first."""
    return list(live(list_enrolment_history(session, patient_id)))


def list_enrolment_history(session: Session, patient_id: str) -> list[ProgrammeEnrolment]:
    """What was ever stated, what was replaced too, oldest first."""
    mine = select(ProgrammeEnrolment).where(ProgrammeEnrolment.patient_id == patient_id)
    when = ProgrammeEnrolment.from_at, ProgrammeEnrolment.recorded_at, ProgrammeEnrolment.replaced_by.is_(None)
    return list(session.scalars(mine.order_by(*when, ProgrammeEnrolment.id)))


def list_members(session: Session, name: str, at: datetime) -> list[str]:
    """Ids of the patients who are in the programme at `at`, sorted. Raises RegistryError for one that there is not."""
    programme = get_programme(name)
    rows = live(session.scalars(select(ProgrammeEnrolment).where(ProgrammeEnrolment.programme == name)))
    return sorted({row.patient_id for row in rows if is_in(row, programme, at)})


def programmes_at(session: Session, patient_id: str, at: datetime) -> list[tuple[Programme, ProgrammeEnrolment]]:
    """Those that the patient is in at `at`."""
    known = programmes()
    mine = [(known[each.programme], each) for each in list_enrolments(session, patient_id) if each.programme in known]
    return [(programme, each) for programme, each in mine if is_in(each, programme, at)]


def is_in(row: ProgrammeEnrolment, programme: Programme, at: datetime) -> bool:
    """Whether it counts at `at`: nobody ended it, and it is not over."""
    end_at = programme.ends_at(row.from_at, row.until_at)
    return holds(row, at) and (end_at is None or at < end_at)
