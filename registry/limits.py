"""A patient's own limits: set by somebody for a reason, never edited, ended or renewed by a new row."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.keys import new_id
from models.tables import PatientLimit
from registry.care_plans import broken_rows
from registry.case import case_of
from registry.enrolments import programmes_at
from registry.errors import RegistryError
from registry.limit_checks import checked, find_number
from registry.statements import check_span, end, hold, holds, live, look_again, put
from thresholds import RULES
from thresholds.limits import PATIENT, PROVIDER, is_widened
from thresholds.limits import holds as in_effect
from thresholds.types import Amount, Case, Limit


def set_limits(session: Session, patient_id: str, wished: Sequence[Limit], *, now: datetime) -> list[PatientLimit]:
    """Set them together, so that a pair may move at once; rules look again from where they begin. Raises RegistryError
    when one is refused; then none is set."""
    hold(session, patient_id)
    case = case_of(session, patient_id, now)
    after = replace(case, limits=[*_others(case, wished), *wished])
    limits = [checked(each, after) for each in wished]
    for each in limits:
        _keep_care_plans(session, patient_id, each, case, after)
    rows = [_row(patient_id, each, now) for each in limits]
    for row, limit in zip(rows, limits, strict=True):
        check_span(limit.from_at, limit.until_at)
        put(session, row, [each for each in list_limits(session, patient_id) if _same(each, limit)])
    for row in rows:
        look_again(session, patient_id, row.from_at, now, [RULES[row.rule].stream])
    return rows


def end_limit(
    session: Session, patient_id: str, rule: str, parameter: str, *, at: datetime, author: str, now: datetime
) -> list[PatientLimit]:
    """It counts no longer from `at` on. Raises RegistryError when there is none then."""
    find_number(rule, parameter)
    hold(session, patient_id)
    holding = [each for each in _of(list_limits(session, patient_id), rule, parameter) if holds(each, at)]
    if not holding:
        raise RegistryError(f"{parameter} of {rule} has no limit of this patient's then; see: hearthline plans show")
    ended = [end(session, each, at, author=author, now=now) for each in holding]
    look_again(session, patient_id, at, now, [RULES[rule].stream])
    return ended


def renew_limit(
    session: Session, patient_id: str, rule: str, parameter: str, *, author: str, reason: str, now: datetime
) -> PatientLimit:
    """The newest limit beyond the absolute one, for 90 days more from now. Raises RegistryError without one."""
    number = find_number(rule, parameter)
    rows = [each for each in _of(list_limits(session, patient_id), rule, parameter) if each.from_at <= now]
    newest = max(rows, key=lambda each: each.from_at, default=None)
    if newest is None or not is_widened(number.parameter, Amount(newest.amount, newest.unit)):
        raise RegistryError(f"{number} has no limit that expires; nothing to renew")
    amount = Amount(newest.amount, newest.unit)
    again = Limit(rule, parameter, amount, now, None, PATIENT, author, PROVIDER, reason or newest.reason)
    return set_limits(session, patient_id, [again], now=now)[0]


def list_limits(session: Session, patient_id: str) -> list[PatientLimit]:
    """What stands, by rule and parameter, oldest first."""
    return list(live(list_limit_history(session, patient_id)))


def list_limit_history(session: Session, patient_id: str) -> list[PatientLimit]:
    """Everything that was ever set, what was replaced too, by rule and parameter, oldest first."""
    mine = select(PatientLimit).where(PatientLimit.patient_id == patient_id)
    when = PatientLimit.from_at, PatientLimit.recorded_at, PatientLimit.replaced_by.is_(None), PatientLimit.id
    return list(session.scalars(mine.order_by(PatientLimit.rule, PatientLimit.parameter, *when)))


def list_ending(session: Session, now: datetime, within: timedelta) -> list[PatientLimit]:
    """Limits in force that end so soon and that nothing follows; the next to end first."""
    soon = PatientLimit.until_at.between(now, now + within)
    stands = select(PatientLimit).where(PatientLimit.replaced_by.is_(None), PatientLimit.from_at <= now, soon)
    found = session.scalars(stands.order_by(PatientLimit.until_at, PatientLimit.patient_id, PatientLimit.id)).all()
    return [each for each in found if not _is_followed(each, list_limits(session, each.patient_id))]


def _is_followed(row: PatientLimit, others: Iterable[PatientLimit]) -> bool:
    assert row.until_at is not None
    mine = _of(others, row.rule, row.parameter)
    later = [each for each in mine if row.from_at < each.from_at <= row.until_at]
    return any(each.until_at is None or each.until_at > row.until_at for each in later)


def _keep_care_plans(session: Session, patient_id: str, limit: Limit, before: Case, after: Case) -> None:
    """Raises RegistryError when the limit breaks what a programme of the patient's promises."""
    for programme, _ in programmes_at(session, patient_id, limit.from_at):
        broken = broken_rows(programme, own_limits(before, limit.from_at))
        newly = [fault for fault in broken_rows(programme, own_limits(after, limit.from_at)) if fault not in broken]
        if newly:
            raise RegistryError(
                f"with that limit the care plan of {programme.name} would not hold: {newly[0]}; "
                "choose another limit, or have the table changed by who answers for it"
            )


def own_limits(case: Case, at: datetime) -> list[Limit]:
    """The patient's own limits that are in effect; a rule or a number may be no more."""
    mine = [each for each in case.limits if each.origin == PATIENT and each.rule in RULES]
    known = [each for each in mine if each.parameter in {number.name for number in RULES[each.rule].parameters}]
    return [each for each in known if in_effect(each, at, RULES[each.rule])]


def _of(rows: Iterable[PatientLimit], rule: str, parameter: str) -> list[PatientLimit]:
    return [each for each in rows if (each.rule, each.parameter) == (rule, parameter)]


def _same(row: PatientLimit, limit: Limit) -> bool:
    return (row.rule, row.parameter, row.from_at) == (limit.rule, limit.parameter, limit.from_at)


def _others(case: Case, wished: Iterable[Limit]) -> list[Limit]:
    """Without those that the wished ones will replace."""
    replaced = {(PATIENT, each.rule, each.parameter, each.from_at) for each in wished}
    return [each for each in case.limits if (each.origin, each.rule, each.parameter, each.from_at) not in replaced]


def _row(patient_id: str, limit: Limit, now: datetime) -> PatientLimit:
    return PatientLimit(
        id=new_id(now), patient_id=patient_id, rule=limit.rule, parameter=limit.parameter, amount=limit.amount.text,
        unit=limit.amount.unit, from_at=limit.from_at, until_at=limit.until_at, author=limit.author,
        reason=limit.reason, recorded_at=now, role=limit.role,
    )  # fmt: skip
