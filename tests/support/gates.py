"""Places at which a test can hold a transaction: named points of a real engine, not stand-ins."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, event, text

PATIENCE = 20.0


@dataclass(slots=True)
class Gate:
    """`reached` is set by who arrives and waits; `opened` lets them go on. Only the first to arrive is held."""

    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def hold(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(PATIENCE), "nobody opened the gate"

    def wait_for_arrival(self) -> None:
        assert self.reached.wait(PATIENCE), "nobody came to the gate"

    def open(self) -> None:
        self.opened.set()


@contextmanager
def gate_at_commit(engine: Engine) -> Iterator[Gate]:
    """Holds the engine's next transaction when it has done everything but commit."""
    with _listening(engine, "commit", lambda gate: lambda _connection: gate.hold()) as gate:
        yield gate


@contextmanager
def gate_before(engine: Engine, start: str) -> Iterator[Gate]:
    """Holds the engine's next transaction before a statement that starts so."""

    def listener(gate: Gate) -> Callable[..., None]:
        def before(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith(start):
                gate.hold()

        return before

    with _listening(engine, "before_cursor_execute", listener) as gate:
        yield gate


@contextmanager
def _listening(engine: Engine, name: str, listener: Callable[[Gate], Callable[..., None]]) -> Iterator[Gate]:
    gate = Gate()
    listening = listener(gate)
    event.listen(engine, name, listening)
    try:
        yield gate
    finally:
        gate.open()
        event.remove(engine, name, listening)


def wait_until_blocked(engine: Engine, finished: Callable[[], bool]) -> bool:
    """Wait until somebody waits for a lock in PostgreSQL, or `finished`; answers whether somebody waits."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + PATIENCE
    while not finished() and time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return True
        time.sleep(0.01)
    assert finished(), "neither finished nor blocked"
    return False
