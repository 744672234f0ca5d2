"""The sweep: what a crash left in the queue, and what is due (silence, confirmation, registry changes, retries)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from flags.evaluate import evaluate
from models.life import is_behind
from models.tables import Evaluation

MOST: Final = 500
BEHIND: Final = timedelta(seconds=15)


def sweep(writer: Engine, *, clock: Callable[[], datetime]) -> int:
    """Evaluate the patients that have waited longest for what is due; answers how many were looked at. Timers of the
    open gap are left alone while ingest is behind: what they miss may be in the backlog."""
    with writer.connect() as connection:
        patients = _due_patients(connection, clock())
    if patients:
        evaluate(writer, patients, clock=clock, sweeping=True)
    return len(patients)


def _due_patients(connection: Connection, now: datetime) -> list[str]:
    wanted = [Evaluation.due_at <= now]
    if is_behind(connection, "ingest", now - BEHIND):
        wanted.append(Evaluation.reason != "timer")
    longest = func.min(Evaluation.due_at)
    query = select(Evaluation.patient_id).where(*wanted).group_by(Evaluation.patient_id).order_by(longest).limit(MOST)
    return list(connection.scalars(query))
