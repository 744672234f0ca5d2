"""The faults that a soak chooses from: a name, what injects it, and what takes it back."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from tests.support.faults.disk import fill, free
from tests.support.faults.proxy import Line
from tests.support.faults.stage import Stage
from tests.support.holding import holding
from tests.support.places import absent

Act = Callable[[Stage], object]


def nothing(_stage: Stage) -> None:
    """There is nothing to inject, or nothing to take back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`inject`, wait for `seconds` (least, most), `heal`; `wants` says on which stages it can happen. Two faults of
    different `place`s can happen at once."""

    place: str
    inject: Act
    heal: Act = nothing
    seconds: tuple[float, float] = (0.2, 2.0)
    wants: Callable[[Stage], object] = lambda stage: True
    weight: int = 2


def _postgres(stage: Stage) -> object:
    return stage.postgres


def _sqlite(stage: Stage) -> object:
    return stage.postgres is None


def _has_disk(stage: Stage) -> object:
    return stage.disk


def kill_ingest(stage: Stage) -> None:
    """All of it at once; with several workers, half of the time one of them alone."""
    own, *workers = stage.ingest.processes() or [0]
    if workers and stage.chance.random() < 0.5:
        _send([stage.chance.choice(workers)], signal.SIGKILL)
    elif own:
        _send([own, *workers], signal.SIGKILL)
        stage.ingest.kill()


def _send(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def signal_ingest(number: int) -> Act:
    return lambda stage: _send(stage.ingest.processes(), number)


def stop_ingest(stage: Stage) -> None:
    """SIGTERM: it drains and ends with 0."""
    if not stage.ingest.alive or stage.ingest.process is None:
        return
    stage.ingest.stop(signal.SIGTERM)
    assert stage.ingest.process.returncode == 0, f"asked to stop it ended with {stage.ingest.process.returncode}"


def start_ingest(stage: Stage) -> None:
    if not stage.ingest.alive:
        stage.ingest.start()


def start_broker(stage: Stage) -> None:
    if not stage.broker.alive:
        stage.broker.start()


def lose_broker_state(stage: Stage) -> None:
    stage.broker.kill()
    stage.broker.lose_state()


def stop_postgres(number: int) -> Act:
    return lambda stage: stage.postgres and stage.postgres.stop(number)


def start_postgres(stage: Stage) -> None:
    if stage.postgres is not None and not stage.postgres.alive:
        stage.postgres.start()


def on_postgres(statement: str) -> Act:
    """One statement, on a connection of its own."""

    def act(stage: Stage) -> None:
        with unless_locked(), session(stage, isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    return act


def on_line(which: str, way: str | None = None, **how: Any) -> Act:
    """Call the line's method `way`; without one, heal it."""

    def act(stage: Stage) -> None:
        line: Line | None = getattr(stage, which)
        assert line is not None
        getattr(line, way or "heal")(**how)

    return act


def hold_one_way(stage: Stage) -> None:
    stage.to_broker.hold(stage.chance.choice((stage.to_broker.up, stage.to_broker.down)))


def deafen(share: float) -> Act:
    return lambda stage: setattr(stage.street, "deaf", share)


def hold_back(stage: Stage) -> None:
    stage.street.hold_back = True


def let_go_reversed(stage: Stage) -> None:
    stage.street.turn_round()
    stage.street.hold_back = False


def kill_postgres(stage: Stage) -> None:
    assert stage.postgres is not None
    stage.postgres.kill()


def signal_broker(number: int) -> Act:
    return lambda stage: stage.broker.send(number)


def kill_broker(stage: Stage) -> None:
    stage.broker.kill()


def deadlock(stage: Stage) -> None:
    """Somebody takes the tables in the other order than ingest: the second one when ingest has that already."""
    with unless_locked(), session(stage) as one:
        one.execute(text("SET deadlock_timeout = '5s'"))  # whoever waits longest notices first: that is ingest
        one.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        time.sleep(0.5)
        with suppress(DBAPIError):  # it may be us who is ended
            one.execute(text("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE"))


def exhaust_connections(stage: Stage) -> None:
    """Take every connection that others leave, and those that they had, for a second."""
    with ExitStack() as held:
        with suppress(DBAPIError):
            while True:
                held.enter_context(session(stage)).execute(text(END_OTHERS))
        time.sleep(1.0)


@contextmanager
def session(stage: Stage, **more: Any) -> Iterator[Connection]:
    """It does not wait for a lock for long: whoever has it may be stopped by the fault beside this one."""
    engine = create_engine(stage.url, poolclass=NullPool, connect_args={"options": "-c lock_timeout=3s"}, **more)
    with engine.connect() as connection:
        yield connection


@contextmanager
def unless_locked() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise


def hold_sqlite(stage: Stage) -> None:
    """Somebody else is the writer, for a moment."""
    with holding(stage.url):
        time.sleep(stage.chance.uniform(0.5, 3.0))


def fill_disk(stage: Stage) -> None:
    if stage.disk is None:
        absent("tmpfs", "mounting a disk that can be full needs root")
    fill(stage.disk)


def free_disk(stage: Stage) -> None:
    free(stage.disk)


MOMENT = (0.0, 0.3)
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
)
END_OTHERS = """SET application_name = 'greedy';
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'greedy' AND datname IS NOT NULL"""
LOCK_NOT_AVAILABLE = "55P03"
LOCK_READINGS = "BEGIN; LOCK TABLE reading IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT"

INGEST = on_line("to_broker")
HOME = on_line("home")
DATABASE = on_line("to_database")
FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({
    "ingest killed": Fault("ingest", kill_ingest, start_ingest, weight=6),
    "ingest asked to stop": Fault("ingest", stop_ingest, start_ingest),
    "ingest stands still": Fault("ingest", signal_ingest(signal.SIGSTOP), signal_ingest(signal.SIGCONT), (0.5, 6.0)),
    "broker killed": Fault("broker", kill_broker, start_broker, weight=4),
    "broker killed, its state lost": Fault("broker", lose_broker_state, start_broker, weight=3),
    "broker stands still": Fault("broker", signal_broker(signal.SIGSTOP), signal_broker(signal.SIGCONT)),
    "ingest's line cut": Fault("line", on_line("to_broker", "cut", refuse=True), INGEST),
    "ingest's line held": Fault("line", on_line("to_broker", "hold"), INGEST),
    "ingest's line held one way": Fault("line", hold_one_way, INGEST),
    "ingest's line breaks in use": Fault("line", on_line("to_broker", "breaking", chance=0.1), INGEST, (1.0, 3.0)),
    "devices' line cut": Fault("home", on_line("home", "cut", refuse=True), HOME),
    "devices' line slow": Fault("home", on_line("home", "slow", delay=0.3, rate=2000, loss=0.05), HOME, (1.0, 4.0)),
    "devices' line breaks in use": Fault("home", on_line("home", "breaking", chance=0.1), HOME, (1.0, 3.0)),
    "receipts lost": Fault("street", deafen(0.9), deafen(0.0), (1.0, 3.0)),
    "200 messages said again": Fault("street", lambda stage: stage.street.repeat(200), seconds=(0.0, 0.2)),
    "a backlog, newest first": Fault("street", hold_back, let_go_reversed, (1.0, 4.0)),
    "database stopped": Fault("database", stop_postgres(signal.SIGINT), start_postgres, wants=_postgres),
    "database crashed": Fault("database", stop_postgres(signal.SIGQUIT), start_postgres, wants=_postgres),
    "database killed": Fault("database", kill_postgres, start_postgres, wants=_postgres, weight=3),
    "database sessions ended": Fault("database", on_postgres(END_SESSIONS), seconds=MOMENT, wants=_postgres, weight=3),
    "deadlock": Fault("database", deadlock, seconds=MOMENT, wants=_postgres),
    "no connection left": Fault("database", exhaust_connections, seconds=MOMENT, wants=_postgres),
    "readings locked": Fault("database", on_postgres(LOCK_READINGS), seconds=MOMENT, wants=_postgres),
    "database's line cut": Fault(
        "database", on_line("to_database", "cut", refuse=True), DATABASE, wants=_postgres, weight=4
    ),
    "database's connections cut": Fault(
        "database", on_line("to_database", "cut", refuse=False), seconds=MOMENT, wants=_postgres, weight=4
    ),
    "database's line breaks in use": Fault(
        "database", on_line("to_database", "breaking", chance=0.05), DATABASE, (1.0, 3.0), wants=_postgres, weight=4
    ),
    "database's line held": Fault("database", on_line("to_database", "hold"), DATABASE, wants=_postgres),
    "another writer": Fault("database", hold_sqlite, seconds=MOMENT, wants=_sqlite, weight=4),
    "disk full": Fault("database", fill_disk, free_disk, wants=_has_disk, weight=3),
})  # fmt: skip
