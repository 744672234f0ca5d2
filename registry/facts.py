"""Dated statements about a patient, each with its author."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.tables import PatientFact
from registry.beginning import BEGINNING
from registry.errors import RegistryError
from registry.statements import check_span, end, hold, holds, live, look_again, put, same_span
from thresholds.facts import FACTS


def set_fact(
    session: Session,
    patient_id: str,
    name: str,
    value: str,
    *,
    author: str,
    now: datetime,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> PatientFact:
    """State that `name` has `value` from `from_at` on (default: the beginning); rules look again from there.

    It replaces what was stated from that same instant, and supersedes what was stated from an earlier one where only
    one value can hold. Saying again what stands changes nothing. Raises RegistryError for what cannot be.
    """
    begin = from_at or BEGINNING
    check_span(begin, until_at)
    hold(session, patient_id)
    known = [each for each in list_facts(session, patient_id) if _rival(each, name, value)]
    standing = next((each for each in known if each.value == value and same_span(each, begin, until_at)), None)
    if standing:
        return standing
    fact = PatientFact(
        id=new_id(now), patient_id=patient_id, name=name, value=value, from_at=begin, until_at=until_at,
        author=author, recorded_at=now,
    )  # fmt: skip
    put(session, fact, [each for each in known if each.from_at == begin])
    look_again(session, patient_id, begin, now)
    return fact


def end_fact(
    session: Session, patient_id: str, name: str, value: str | None, *, at: datetime, author: str, now: datetime
) -> list[PatientFact]:
    """It holds no longer from `at` on. Raises RegistryError when it does not hold then."""
    hold(session, patient_id)
    mine = [each for each in list_facts(session, patient_id) if each.name == name and value in (None, each.value)]
    holding = [each for each in mine if holds(each, at)]
    if not holding:
        wanted = name if value is None else f"{name}={value}"
        raise RegistryError(f"{wanted} does not hold then; see: hearthline facts list --patient {patient_id}")
    ended = [end(session, each, at, author=author, now=now) for each in holding]
    look_again(session, patient_id, at, now)
    return ended


def list_facts(session: Session, patient_id: str) -> list[PatientFact]:
    """What stands of a patient's facts, by name, oldest first."""
    return list(live(list_fact_history(session, patient_id)))


def list_fact_history(session: Session, patient_id: str) -> list[PatientFact]:
    """Everything that was ever stated, what was replaced too, by name, oldest first."""
    mine = select(PatientFact).where(PatientFact.patient_id == patient_id)
    when = PatientFact.from_at, PatientFact.recorded_at, PatientFact.replaced_by.is_(None), PatientFact.id
    return list(session.scalars(mine.order_by(PatientFact.name, *when)))


def in_force(facts: Iterable[PatientFact], at: datetime) -> list[PatientFact]:
    """Of standing facts those that hold at `at`, as rules read them: where only one value can, the one that began
    latest."""
    holding = [each for each in facts if holds(each, at)]
    return [each for each in holding if superseded_by(each, holding) is None]


def superseded_by(fact: PatientFact, facts: Iterable[PatientFact]) -> PatientFact | None:
    """The first of the standing facts that took its place later, where only one value can hold."""
    later = [each for each in facts if each.name == fact.name and each.from_at > fact.from_at]
    return min(later, key=lambda each: each.from_at, default=None) if is_single(fact.name) else None


def is_single(name: str) -> bool:
    return name in FACTS and FACTS[name].single


def _rival(fact: PatientFact, name: str, value: str) -> bool:
    return fact.name == name and (is_single(name) or fact.value == value)
