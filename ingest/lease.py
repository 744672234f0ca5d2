"""The lease on a slot: nobody works under a slot's client id without it, and who lost it stops.

Who wants a slot watches its row by a clock of its own that never steps: a row that nobody renewed for the length of
the lease has lost its holder. A holder that may have been paused connects and writes only after renewing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection, Engine

from ingest.holder import is_gone, name_holder, show_holder
from models.life import Standing, find_holder, leave, list_standings, renew, retire, take

KIND: Final = "ingest"
LENGTH: Final = 8.0  # seconds; with the looks in between a slot is taken over within 10
LOOKS: Final = 8  # a lease, so many looks at the rows of others and so many renewals
log = structlog.get_logger()


Steady = Callable[[], float]


def steady_seconds() -> float:
    """A clock that never steps and counts what a suspended machine slept through, where there is one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class LeaseLostError(Exception):
    """Another works under the slot's client id now, or may."""


class SlotHeldError(Exception):
    """One line: who holds the slot, and since when."""


@dataclass(slots=True)
class Lease:
    """`predecessor`: who held the slot and died; None when they left on purpose. `renewed`: when we began the last
    renewal that succeeded, by `steady_seconds`."""

    slot: int
    holder: str
    length: float
    predecessor: str | None
    renewed: float
    steady: Steady = steady_seconds
    kind: str = KIND

    @property
    def fresh(self) -> bool:
        """Nobody can have taken it over: half its length is left."""
        return self.steady() - self.renewed < self.length / 2

    @property
    def due(self) -> bool:
        return self.steady() - self.renewed > self.length / LOOKS

    def renew(self, writer: Engine, now: datetime, oldest_waiting: datetime | None) -> None:
        """Raises LeaseLostError."""
        begun = self.steady()
        with writer.begin() as connection:
            if not renew(connection, self.kind, self.slot, self.holder, now=now, oldest_waiting=oldest_waiting):
                self.fence(connection)
        self.renewed = begun

    def fence(self, connection: Connection) -> None:
        """Inside a transaction: what it writes is ours to write, until it ends. Raises LeaseLostError."""
        holder = find_holder(connection, self.kind, self.slot)
        if holder != self.holder:
            raise LeaseLostError(f"taken over by {show_holder(holder)}" if holder else "taken over and left again")

    def leave(self, writer: Engine, now: datetime) -> None:
        with writer.begin() as connection:
            leave(connection, self.kind, self.slot, self.holder, now=now)

    def retire(self, writer: Engine) -> None:
        with writer.begin() as connection:
            retire(connection, self.kind, self.slot, self.holder)


@dataclass(slots=True)
class Stillness:
    """How long each row has not moved, in seconds, as far as it was watched: no look counts for more than `most`, so
    that whoever was paused itself does not take it for the silence of another."""

    most: float
    steady: Steady = steady_seconds
    seen: dict[int, tuple[Standing, float]] = field(default_factory=dict)
    looked: float = 0.0

    def look(self, rows: Mapping[int, Standing]) -> Mapping[int, float]:
        """Seconds by slot."""
        now = self.steady()
        step = min(now - self.looked, self.most)
        self.looked = now
        before = self.seen
        self.seen = {
            slot: (row, before[slot][1] + step if slot in before and before[slot][0] == row else 0.0)
            for slot, row in rows.items()
        }
        return {slot: seconds for slot, (_, seconds) in self.seen.items()}

    def forget(self) -> None:
        """The rows could not be read: their holders could not renew them either."""
        self.seen.clear()


def look_at(
    writer: Engine, stillness: Stillness, kind: str = KIND
) -> tuple[Mapping[int, Standing], Mapping[int, float]]:
    """The rows, and for how many seconds each has not moved."""
    try:
        with writer.connect() as connection:
            rows = list_standings(connection, kind)
    except Exception:
        stillness.forget()
        raise
    return rows, stillness.look(rows)


def take_slot(
    writer: Engine,
    slot: int,
    over: Standing | None,
    length: float,
    now: datetime,
    steady: Steady = steady_seconds,
    kind: str = KIND,
) -> Lease | None:
    """None when another was faster."""
    holder, begun = name_holder(), steady()
    with writer.begin() as connection:
        if not take(connection, kind, slot, holder, over=over, now=now):
            return None
    predecessor = over.holder if over else None
    log.info("lease.taken", slot=slot, over=predecessor and show_holder(predecessor))
    return Lease(slot, holder, length, predecessor, begun, steady, kind)


@dataclass(slots=True)
class Wait:
    """Wanting one slot of the processes of a kind: `standby` waits for as long as another holds it, else that is an
    answer."""

    writer: Engine
    slot: int
    length: float
    clock: Callable[[], datetime]
    standby: bool
    stillness: Stillness
    first: Standing | None = None
    kind: str = KIND

    def attempt(self) -> Lease | None:
        """Look, and take the slot if it is nobody's. Raises SlotHeldError when its holder showed that it lives."""
        rows, still = look_at(self.writer, self.stillness, self.kind)
        row = rows.get(self.slot)
        if row is None or row.holder is None or is_gone(row.holder) or still[self.slot] >= self.length:
            steady = self.stillness.steady
            return take_slot(self.writer, self.slot, row, self.length, self.clock(), steady, self.kind)
        if not self.standby and self.first not in (None, row):
            raise SlotHeldError(f"slot {self.slot} is held by {show_holder(row.holder)}, {_since(row.started_at)}")
        self._say(row)
        return None

    def _say(self, row: Standing) -> None:
        if self.first is None:
            log.info("lease.waiting", slot=self.slot, holder=show_holder(row.holder or ""))
            self.first = row


def abandoned(rows: Mapping[int, Standing], still: Mapping[int, float], length: float, but: int) -> Standing | None:
    """One that nobody holds, or whose holder died, for the length of a lease: time enough for whoever wants it."""
    return next((row for slot, row in rows.items() if slot != but and still[slot] >= length), None)


def _since(started: datetime) -> str:
    return f"since {started:%Y-%m-%d %H:%M:%S} UTC"
