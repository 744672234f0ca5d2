"""The evaluation queue: "look again". Rows are only ever inserted, and deleted by the ids that were read (F25)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update
from sqlalchemy.orm import Session

from models.dialect import dialect_of, insert_rows
from models.tables import Evaluation

COLUMNS: Final = ("patient_id", "stream", "since", "due_at", "reason", "attempts")


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Evaluate the patient's `stream` from `since` (measured time) on, not before `due_at`.

    `reason`: reading, retry; slow, when the slow rules were put off; or timer, recheck, registry, at which the open gap
    may be judged too.
    """

    patient_id: str
    stream: str
    since: datetime
    due_at: datetime
    reason: str
    attempts: int = 0


def enqueue(database: Session | Connection, rows: Iterable[LookAgain]) -> None:
    """Insert in the caller's transaction, so that a stored reading and its evaluation live or die together."""
    connection = database.connection() if isinstance(database, Session) else database
    dialect = dialect_of(connection)
    instant, small = dialect.instant, dialect.small
    values = [
        (row.patient_id, row.stream, instant(row.since), instant(row.due_at), row.reason, small(row.attempts))
        for row in rows
    ]
    insert_rows(connection, "evaluation", COLUMNS, values)


def postpone(connection: Connection, until: datetime) -> None:
    """What waits for time to pass (silence, confirmation) is not looked at before `until`."""
    waits = Evaluation.reason.in_(("timer", "recheck")) & (Evaluation.due_at < until)
    connection.execute(update(Evaluation).where(waits).values(due_at=until))
