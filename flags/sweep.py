"""The sweep: what a crash left in the queue, and what is due (silence, confirmation, registry changes, retries)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, select, update

from flags.due import SET_ANEW, SLOW
from flags.evaluate import Sweep, evaluate
from flags.tally import FlagTally
from models.life import is_behind
from models.tables import Evaluation

MOST: Final = 500
BEHIND: Final = timedelta(seconds=15)
PUT_OFF: Final = timedelta(minutes=1)  # after which whoever put the slow rules off is taken to have died


def sweep(
    writer: Engine, *, clock: Callable[[], datetime], tally: FlagTally | None = None, judge_silence: bool = True
) -> int:
    """Evaluate the patients that have waited longest for what is due; answers how many were looked at. The open gap is
    left alone while ingest is behind, for what it misses may be in the backlog, and unless `judge_silence`."""
    now = clock()
    with writer.connect() as connection:
        behind = not judge_silence or is_behind(connection, "ingest", now - BEHIND)
        patients = _due_patients(connection, now, behind)
    if patients:
        evaluate(writer, patients, clock=clock, sweep=Sweep.BUT_SILENCE if behind else Sweep.ALL, tally=tally)
    return len(patients)


def look_again_at_all(writer: Engine, now: datetime) -> None:
    """Everything that was to be looked at later is due: what a wrong clock set may be far away."""
    with writer.begin() as connection:
        connection.execute(update(Evaluation).where(Evaluation.due_at > now).values(due_at=now))


def look_again_at_left(writer: Engine, now: datetime) -> None:
    """What has a reason to be looked at now is due, whatever its time says: who died may have had another clock. What
    waits for time to pass is left alone, for there is some of it for every patient."""
    late = (Evaluation.due_at > now) & Evaluation.reason.not_in(SET_ANEW)
    with writer.begin() as connection:
        connection.execute(update(Evaluation).where(late).values(due_at=now))


def _due_patients(connection: Connection, now: datetime, behind: bool) -> list[str]:
    put_off = (Evaluation.reason == SLOW) & (Evaluation.due_at > now - PUT_OFF)
    wanted = [Evaluation.due_at <= now, ~put_off, *([Evaluation.reason != "timer"] if behind else [])]
    longest = func.min(Evaluation.due_at)
    query = select(Evaluation.patient_id).where(*wanted).group_by(Evaluation.patient_id).order_by(longest).limit(MOST)
    return list(connection.scalars(query))
