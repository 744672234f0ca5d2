"""What is known of patients, as rules read it: facts, limits and what their programmes add to both."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.dialect import Dialect, dialect_of
from registry.patients import get_patient
from registry.programmes import implied
from thresholds.limits import PATIENT
from thresholds.types import Amount, Awaited, Case, Fact, Limit

Row = Sequence[Any]


class Known:
    """Of one patient."""

    __slots__ = ("awaited", "facts", "limits", "zone")

    def __init__(self) -> None:
        self.zone = ""
        self.facts: list[Fact] = []
        self.limits: list[Limit] = []
        self.awaited: list[Awaited] = []


NOBODY: Final = "'', '', ''"
FACT: Final = f"'fact', p.id, p.zone, f.name, f.value, '', '', f.from_at, f.until_at, {NOBODY}"
LIMIT: Final = (
    "'limit', l.patient_id, '', l.rule, l.parameter, l.amount, l.unit, l.from_at, l.until_at, "
    "l.author, l.role, l.reason"
)
PROGRAMME: Final = "'programme', e.patient_id, '', e.programme, '', '', '', e.from_at, e.until_at, e.author, '', ''"


def load_cases(connection: Connection, patients: Sequence[str], now: datetime) -> dict[str, Case]:
    """Zone, facts and limits of each patient, as of `now`; in one statement, whoever has what."""
    dialect = dialect_of(connection)
    keys = json.dumps([[each] for each in patients])
    known: defaultdict[str, Known] = defaultdict(Known)
    for row in connection.exec_driver_sql(_statement(dialect), (keys,)).all():
        READ[row[0]](row, dialect, known[row[1]])
    return {
        patient: Case(each.zone, now, each.facts, limits=each.limits, awaited=each.awaited)
        for patient, each in known.items()
    }


def case_of(session: Session, patient_id: str, now: datetime) -> Case:
    """Of one patient. Raises RegistryError when there is none."""
    return load_cases(session.connection(), [get_patient(session, patient_id).id], now)[patient_id]


def _statement(dialect: Dialect) -> str:
    return (
        f"WITH k (patient) AS MATERIALIZED (SELECT {dialect.text_at(0)} FROM {dialect.keys}) "  # noqa: S608  static text
        f"SELECT {FACT} FROM k JOIN patient p ON p.id = k.patient "
        "LEFT JOIN patient_fact f ON f.patient_id = p.id AND f.replaced_by IS NULL "
        f"UNION ALL SELECT {LIMIT} "
        "FROM k JOIN patient_limit l ON l.patient_id = k.patient AND l.replaced_by IS NULL "
        f"UNION ALL SELECT {PROGRAMME} "
        "FROM k JOIN programme_enrolment e ON e.patient_id = k.patient AND e.replaced_by IS NULL"
    )


def _span(row: Row, dialect: Dialect) -> tuple[datetime, datetime | None]:
    return dialect.read(row[7]), None if row[8] is None else dialect.read(row[8])


def _fact(row: Row, dialect: Dialect, known: Known) -> None:
    known.zone = row[2]
    if row[3] is not None:  # a patient without facts has a row all the same
        known.facts.append(Fact(row[3], row[4], *_span(row, dialect)))


def _limit(row: Row, dialect: Dialect, known: Known) -> None:
    limit = Limit(row[3], row[4], Amount(row[5], row[6]), *_span(row, dialect), PATIENT, *row[9:])
    known.limits.append(limit)


def _programme(row: Row, dialect: Dialect, known: Known) -> None:
    added = implied(row[3], *_span(row, dialect), author=row[9])
    known.facts += added.facts
    known.limits += added.limits
    known.awaited += added.awaited


READ: Final = {"fact": _fact, "limit": _limit, "programme": _programme}
