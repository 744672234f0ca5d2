"""What is known of patients, as rules read it: facts, limits and what their programmes add to both."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.dialect import Dialect, dialect_of
from registry.patients import get_patient
from registry.programmes import implied
from thresholds.limits import PATIENT
from thresholds.types import Amount, Case, Fact, Limit

FACT: Final = "f.name, f.value, '', '', f.from_at, f.until_at, '', '', ''"
LIMIT: Final = "l.rule, l.parameter, l.amount, l.unit, l.from_at, l.until_at, l.author, l.role, l.reason"
PROGRAMME: Final = "e.programme, '', '', '', e.from_at, e.until_at, e.author, '', ''"


def load_cases(connection: Connection, patients: Sequence[str], now: datetime) -> dict[str, Case]:
    """Zone, facts and limits of each patient, as of `now`; in one statement, whoever has what."""
    dialect = dialect_of(connection)
    keys = json.dumps([[each] for each in patients])
    zones: dict[str, str] = {}
    stated: dict[str, list[Fact | Limit]] = {}
    for kind, patient, zone, *row in connection.exec_driver_sql(_statement(dialect), (keys,) * 3).all():
        zones[patient] = zone or zones.get(patient, "")
        if row[0] is not None:
            stated.setdefault(patient, []).extend(READ[kind](row, dialect))
    return {patient: _case(zone, now, stated.get(patient, ())) for patient, zone in zones.items()}


def case_of(session: Session, patient_id: str, now: datetime) -> Case:
    """Of one patient. Raises RegistryError when there is none."""
    return load_cases(session.connection(), [get_patient(session, patient_id).id], now)[patient_id]


def _statement(dialect: Dialect) -> str:
    key = dialect.text_at(0)
    return (
        f"SELECT 'fact', p.id, p.zone, {FACT} FROM {dialect.keys} JOIN patient p ON p.id = {key} "  # noqa: S608  static text
        "LEFT JOIN patient_fact f ON f.patient_id = p.id AND f.replaced_by IS NULL "
        f"UNION ALL SELECT 'limit', l.patient_id, '', {LIMIT} "
        f"FROM {dialect.keys} JOIN patient_limit l ON l.patient_id = {key} AND l.replaced_by IS NULL "
        f"UNION ALL SELECT 'programme', e.patient_id, '', {PROGRAMME} "
        f"FROM {dialect.keys} JOIN programme_enrolment e ON e.patient_id = {key} AND e.replaced_by IS NULL"
    )


def _case(zone: str, now: datetime, stated: Sequence[Fact | Limit]) -> Case:
    facts = tuple(each for each in stated if isinstance(each, Fact))
    return Case(zone, now, facts, limits=tuple(each for each in stated if isinstance(each, Limit)))


def _span(row: Sequence[Any], dialect: Dialect) -> tuple[datetime, datetime | None]:
    return dialect.read(row[4]), None if row[5] is None else dialect.read(row[5])


def _fact(row: Sequence[Any], dialect: Dialect) -> list[Fact | Limit]:
    return [Fact(row[0], row[1], *_span(row, dialect))]


def _limit(row: Sequence[Any], dialect: Dialect) -> list[Fact | Limit]:
    rule, parameter, amount, unit = row[:4]
    return [Limit(rule, parameter, Amount(amount, unit), *_span(row, dialect), PATIENT, *row[6:])]


def _programme(row: Sequence[Any], dialect: Dialect) -> list[Fact | Limit]:
    return implied(row[0], *_span(row, dialect), author=row[6])


READ: Final = {"fact": _fact, "limit": _limit, "programme": _programme}
