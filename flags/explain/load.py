"""What an explanation needs, read from the record: as evaluation reads it, with when each reading came in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flags.explain.explanation import Explanation, explain
from flags.history import load_cases, load_samples
from flags.judge import before, restart
from flags.record import Wanted, load_episodes
from flags.states import EpisodeState
from models.measures import measure_of
from models.tables import Flag, Patient, PatientFact, Reading
from thresholds.doubt import RECALL, marked
from thresholds.types import Rule

FURTHER: Final = timedelta(days=30)  # so that an answer does not wait for what the queue still holds
FURTHER_OFF: Final = timedelta(days=90)  # of a rule that is off no episode is stored to begin from


@dataclass(frozen=True, slots=True)
class Asked:
    """An explanation with what the record adds: when each reading came in, how many readings of the same measure and
    time are of another stream, by stream, and who stated a fact, by name and value; a programme's has nobody."""

    patient: Patient
    explanation: Explanation
    received_at: Mapping[UUID, datetime]
    elsewhere: Mapping[str, int]
    stated_by: Mapping[tuple[str, str], str]


def explain_at(session: Session, patient: Patient, rule: Rule, at: datetime) -> Asked:
    """Why there is an episode of the rule at `at`, or none; with readings, facts and limits as they are known today."""
    further = before(at, FURTHER if rule.on else FURTHER_OFF)
    stored = _stored(session, patient, rule, before(further, rule.entry))
    return _explained(session, patient, rule, at, restart(rule, stored, further), None)


def explain_flag(session: Session, flag: Flag, patient: Patient, rule: Rule, now: datetime) -> Asked:
    """Of the newest episode that the flag covers; of one that was withdrawn, why there is none any more."""
    newest = next(reversed(list_covered(session, flag, patient, rule)), None)
    if newest is None:
        return explain_at(session, patient, rule, flag.until)
    ended = newest if newest.ended_at else None
    return _explained(session, patient, rule, now, newest.started_at, ended)


def list_covered(session: Session, flag: Flag, patient: Patient, rule: Rule) -> list[EpisodeState]:
    """The stored episodes within the flag's span, oldest first."""
    stored = _stored(session, patient, rule, flag.since)
    return [each for each in stored if flag.since <= each.started_at <= flag.until]


def _stored(session: Session, patient: Patient, rule: Rule, since: datetime) -> Sequence[EpisodeState]:
    return load_episodes(session.connection(), Wanted([patient.id], [rule.id]), since).get((patient.id, rule.id), [])


def _explained(
    session: Session, patient: Patient, rule: Rule, now: datetime, start: datetime, ended: EpisodeState | None
) -> Asked:
    connection = session.connection()
    case = replace(load_cases(connection, [patient.id], now)[patient.id], now=now)
    windows = [(patient.id, rule.stream, before(start, rule.lookback + RECALL.get(rule.stream, timedelta(0))))]
    samples = marked(rule.stream, load_samples(connection, windows).get((patient.id, rule.stream), []), case.zone)
    explanation = explain(rule, samples, start, case, ended)
    shown = [line.sample for line in explanation.readings]
    span = min((each.at for each in shown), default=explanation.at), explanation.at
    received_at, elsewhere = _received(session, (each.id for each in shown)), _elsewhere(session, patient, rule, span)
    return Asked(patient, explanation, received_at, elsewhere, _authors(session, patient, case.now))


def _authors(session: Session, patient: Patient, at: datetime) -> dict[tuple[str, str], str]:
    """Of facts that hold at `at`; of two that say the same, who stated it last."""
    mine = PatientFact.patient_id == patient.id, PatientFact.replaced_by.is_(None), PatientFact.from_at <= at
    rows = session.scalars(select(PatientFact).where(*mine).order_by(PatientFact.from_at, PatientFact.recorded_at))
    return {(row.name, row.value): row.author for row in rows if row.until_at is None or at < row.until_at}


def _received(session: Session, readings: Iterable[UUID]) -> dict[UUID, datetime]:
    """In portions, because a statement takes so many parameters and no more."""
    wanted, found = list(readings), dict[UUID, datetime]()
    for place in range(0, len(wanted), 500):
        rows = select(Reading.id, Reading.received_at).where(Reading.id.in_(wanted[place : place + 500]))
        found.update((row[0], row[1]) for row in session.execute(rows))
    return found


def _elsewhere(session: Session, patient: Patient, rule: Rule, span: tuple[datetime, datetime]) -> dict[str, int]:
    wanted = (
        Reading.patient_id == patient.id,
        Reading.measure == measure_of(rule.stream),
        Reading.stream != rule.stream,
        Reading.measured_at.between(*span),
    )
    counted = select(Reading.stream, func.count()).where(*wanted).group_by(Reading.stream).order_by(Reading.stream)
    return {row[0]: row[1] for row in session.execute(counted)}
