"""Limits and programmes: files that cannot be read, patients in a programme that is no more, limits about to end."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import DANGEROUS, OK, WARNING, Finding, Findings, Place
from models.tables import ProgrammeEnrolment
from registry.errors import RegistryError
from registry.limits import list_ending
from registry.programmes import programmes

SOON: Final = timedelta(days=14)


def check_plans(place: Place, session: Session) -> Findings:
    try:
        known = tuple(programmes())
    except RegistryError as fault:
        says = f"patients in a programme are not judged: {fault}"
        yield Finding("programmes", DANGEROUS, says, "mend the file")
        return
    standing = ProgrammeEnrolment.replaced_by.is_(None) & ProgrammeEnrolment.programme.not_in(known)
    lost = session.scalar(select(func.count(func.distinct(ProgrammeEnrolment.patient_id))).where(standing)) or 0
    if lost:
        says = f"patients in programmes that this installation does not have: {lost}; those bring no limits"
        yield Finding("programmes", WARNING, says, "bring the files back, or: hearthline patients leave")
    ending = list_ending(session, place.now, SOON)
    if ending:
        says = f"limits of patients that end within {SOON.days} days: {len(ending)}; the published ones count then"
        yield Finding("programmes", WARNING, says, "see: hearthline plans ending; then: plans renew, or set anew")
    if not lost and not ending:
        yield Finding("programmes", OK, f"{len(known)} are known")
