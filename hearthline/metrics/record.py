"""What the record says at the moment of a scrape: who lives, and what waits to be evaluated.

Each scrape asks anew on a connection of its own, in a thread that it waits for only so long: a database that is gone,
or that hangs, is `hearthline_database_up 0` and never a scrape without an answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from hearthline.metrics.families import empty, of_numbers
from ingest import metric_table as table
from ingest.metrics import LabelValues
from models.engine import open_reader
from models.life import list_processes
from models.tables import Evaluation

PATIENCE: Final = 2.0  # seconds; Prometheus itself gives up after 10
Numbers = Mapping[str, Mapping[LabelValues, float]]


@dataclass(slots=True, eq=False)  # the registry keeps collectors by which they are
class OfTheRecord(Collector):
    """`engine` opens a connection each time (`open_for_scrapes`); `build` is (version, schema revision)."""

    engine: Engine
    clock: Callable[[], datetime]
    build: tuple[str, str]
    patience: float = PATIENCE
    _asking: Lock = field(default_factory=Lock)

    def describe(self) -> Iterable[Family]:
        return (empty(each) for each in table.OF_THE_RECORD)

    def collect(self) -> Iterator[Family]:
        said = self._ask()
        known: dict[str, Mapping[LabelValues, float]] = {
            table.BUILD: {self.build: 1.0},
            table.DATABASE_UP: {(): float(said is not None)},
            **(said or {}),
        }
        return (of_numbers(each, known[each.name]) for each in table.OF_THE_RECORD if each.name in known)

    def _ask(self) -> Numbers | None:
        """None when there was no answer in time. One question at a time: a database that hangs holds one thread."""
        if not self._asking.acquire(timeout=self.patience):
            return None
        answers: SimpleQueue[Numbers | None] = SimpleQueue()
        Thread(target=self._answer, args=(answers,), daemon=True, name="metrics-record").start()
        try:
            return answers.get(timeout=self.patience)
        except Empty:
            return None

    def _answer(self, answers: "SimpleQueue[Numbers | None]") -> None:
        said: Numbers | None = None
        try:
            with Session(self.engine) as session:
                said = read_record(session, self.clock())
        except (SQLAlchemyError, OSError):
            pass  # no answer is the answer
        finally:
            self._asking.release()
            answers.put(said)


def open_for_scrapes(database_url: str) -> Engine:
    """No pool, so that nothing is kept of a database that went away; and no wait without an end."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return open_reader(database_url, poolclass=NullPool)
    milliseconds = int(PATIENCE * 1000)
    limits = {
        "connect_timeout": int(PATIENCE),
        "tcp_user_timeout": milliseconds,
        "options": f"-c statement_timeout={milliseconds}",
    }
    return open_reader(database_url, poolclass=NullPool, connect_args=limits)


def read_record(session: Session, now: datetime) -> Numbers:
    """Counts are of what is due at `now` (aware UTC)."""
    due = select(func.count(), func.min(Evaluation.due_at)).where(Evaluation.due_at <= now)
    depth, oldest = session.execute(due).one()
    seen: dict[LabelValues, float] = {
        (each.kind, str(each.slot)): each.seen_at.timestamp() for each in list_processes(session)
    }
    waited = 0.0 if oldest is None else (now - oldest).total_seconds()
    return {table.LAST_SEEN: seen, table.QUEUE: {(): float(depth)}, table.OLDEST_DUE: {(): waited}}
