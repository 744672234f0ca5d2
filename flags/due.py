"""What the queue asks for: one work item a patient and stream, and the queue rows it answers."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from models.dialect import Dialect, dialect_of
from models.queue import LookAgain
from thresholds import rules_for

TIMED: Final = frozenset({"timer", "registry", "recheck"})
SLOW: Final = "slow"
AT_ONCE: Final = frozenset({"reading", "registry", SLOW})  # whatever the clock of the worker that inserted them said
SET_ANEW: Final = frozenset({"timer", "recheck"})


@dataclass(frozen=True, slots=True)
class Due:
    """Look again at `stream` from `since` on. `rows` are the queue rows that this answers: those that are due, and
    timers, due or not, because evaluation sets its own anew; a postponed try stays until it is due, for it may reach
    further back. `timed`: a timer is among the due ones, so the open gap may be judged. `slow`: the slow rules are
    judged too; if not, `slow_since` is from where they are to be judged already, None for not at all."""

    patient_id: str
    stream: str
    since: datetime
    timed: bool
    attempts: int
    rows: tuple[int, ...]
    slow: bool = True
    slow_since: datetime | None = None


def read_due(connection: Connection, patients: Sequence[str], now: datetime, *, slow: bool = True) -> list[Due]:
    """Work items of these patients that are due at `now`, by patient and stream; what waits for the slow rules is left
    unless `slow`."""
    dialect = dialect_of(connection)
    statement = (
        "SELECT e.patient_id, e.stream, e.id, e.since, e.due_at, e.reason, e.attempts "  # noqa: S608  static text
        f"FROM {dialect.keys} JOIN evaluation e ON e.patient_id = {dialect.text_at(0)} "
        "ORDER BY e.patient_id, e.stream, e.id"
    )
    found = connection.exec_driver_sql(statement, (json.dumps([[each] for each in patients]),)).all()
    items = []
    for (patient_id, stream), rows in groupby(found, key=lambda row: (row[0], row[1])):
        every = list(rows)
        left = [] if slow else [row for row in every if row[5] == SLOW]
        due = [row for row in every if row not in left and (row[5] in AT_ONCE or dialect.read(row[4]) <= now)]
        if due:
            answered = tuple(row[2] for row in every if row in due or row[5] in SET_ANEW)
            item = _item(patient_id, stream, due, answered, dialect)
            since = min((dialect.read(row[3]) for row in left), default=None)
            items.append(replace(item, slow=slow, slow_since=since))
    return items


def _item(patient_id: str, stream: str, due: Sequence[Any], answered: tuple[int, ...], dialect: Dialect) -> Due:
    since = min(dialect.read(row[3]) for row in due)
    timed = any(row[5] in TIMED for row in due)
    return Due(patient_id, stream, since, timed, max(row[6] for row in due), answered)


def slow_later(due: Iterable[Due], now: datetime) -> Iterator[LookAgain]:
    """For the slow rules that were not judged: due at once, though a sweep leaves it for a while to who put it off."""
    for each in due:
        waits_already = each.slow_since is not None and each.slow_since <= each.since
        if not (each.slow or waits_already) and any(rule.slow for rule in rules_for(each.stream)):
            yield LookAgain(each.patient_id, each.stream, each.since, now, SLOW)


def forget(connection: Connection, rows: Iterable[int]) -> None:
    """Delete exactly the rows that were read (F25)."""
    dialect = dialect_of(connection)
    ids = json.dumps([[row] for row in rows])
    statement = f"DELETE FROM evaluation WHERE id IN (SELECT {dialect.number_at(0)} FROM {dialect.keys})"  # noqa: S608  static text
    connection.exec_driver_sql(statement, (ids,))
