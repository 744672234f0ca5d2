"""The evaluation queue: "look again". Rows are only ever inserted, and deleted by the ids that were read (F25)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from models.tables import Evaluation


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Evaluate the patient's `stream` from `since` (measured time) on, not before `due_at`.

    `reason`: reading, retry; or timer, recheck, registry, at which the open gap may be judged too.
    """

    patient_id: str
    stream: str
    since: datetime
    due_at: datetime
    reason: str
    attempts: int = 0


def enqueue(database: Session | Connection, rows: Iterable[LookAgain]) -> None:
    """Insert in the caller's transaction, so that a stored reading and its evaluation live or die together."""
    values = [asdict(row) for row in rows]
    if values:
        database.execute(insert(Evaluation), values)
