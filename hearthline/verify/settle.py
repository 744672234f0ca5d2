"""Waiting until there is nothing left to judge: a verdict in the middle of the work would count it as missing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.life import list_processes
from models.tables import Evaluation, Message

ALIVE = timedelta(seconds=10)  # an ingest process that says nothing for longer is taken for dead
AHEAD = timedelta(seconds=60)  # silence timers are set at least a minute ahead; those under way are waited for
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """The state of the work: does ingest live, does it hold messages, rows of the queue due soon, messages so far."""

    alive: bool
    waiting: bool
    due: int
    messages: int

    @property
    def idle(self) -> bool:
        return not self.waiting and not self.due


def look(session: Session, now: datetime) -> Look:
    """What is under way at `now` (aware)."""
    processes = list_processes(session)
    ingest = [process for process in processes if process.kind == "ingest" and now - process.seen_at <= ALIVE]
    due = session.scalar(select(func.count()).where(Evaluation.due_at <= now + AHEAD)) or 0
    messages = session.scalar(select(func.count()).select_from(Message)) or 0
    return Look(bool(ingest), any(process.oldest_waiting for process in ingest), due, messages)


def settle(
    engine: Engine, seconds: float, *, clock: Callable[[], datetime], wait: Callable[[float], object]
) -> str | None:
    """Wait, at most `seconds`, until two looks in a row find nothing due and nothing new.

    Returns None when quiet, else one line that says why the verdict comes all the same.
    """
    until = clock() + timedelta(seconds=seconds)
    before: Look | None = None
    while True:
        with Session(engine) as session:
            now = look(session, clock())
        if not now.alive:
            return "no ingest is running: judging what is there"
        if now == before and now.idle:
            return None
        if clock() >= until:
            return f"not quiet after {seconds:g} s ({now.due} evaluations due): judging what is there"
        before = now
        wait(LOOK_SECONDS)
