"""The sweep: what a crash left in the queue, and what is due (silence, confirmation, registry changes, retries)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from flags.evaluate import Sweep, evaluate
from flags.tally import FlagTally
from models.life import is_behind
from models.tables import Evaluation

MOST: Final = 500
BEHIND: Final = timedelta(seconds=15)


def sweep(writer: Engine, *, clock: Callable[[], datetime], tally: FlagTally | None = None) -> int:
    """Evaluate the patients that have waited longest for what is due; answers how many were looked at. The open gap is
    left alone while ingest is behind: what it misses may be in the backlog."""
    now = clock()
    with writer.connect() as connection:
        behind = is_behind(connection, "ingest", now - BEHIND)
        patients = _due_patients(connection, now, behind)
    if patients:
        evaluate(writer, patients, clock=clock, sweep=Sweep.BUT_SILENCE if behind else Sweep.ALL, tally=tally)
    return len(patients)


def _due_patients(connection: Connection, now: datetime, behind: bool) -> list[str]:
    wanted = [Evaluation.due_at <= now, *([Evaluation.reason != "timer"] if behind else [])]
    longest = func.min(Evaluation.due_at)
    query = select(Evaluation.patient_id).where(*wanted).group_by(Evaluation.patient_id).order_by(longest).limit(MOST)
    return list(connection.scalars(query))
