"""All homes of a run in one event loop: 200 devices with a thread each reached half the rate of one loop (F24)."""

import selectors
import time
from collections.abc import Iterable, Sequence
from functools import partial
from random import Random
from types import TracebackType
from typing import Final, Self

from device.buffer import Buffer
from device.courier import Courier
from device.mqtt import Broker, Connection
from device.shelf import Shelf
from simulators.home import HASTE, Books, Home
from simulators.transport_faults import Step
from simulators.waiting import Waiting

TICK: Final = 0.025


class Street:
    """One home a device. `turn` is one pass of the loop; nothing happens between two of them."""

    def __init__(self, devices: Iterable[str], broker: Broker, books: Books, seed: int) -> None:
        self._shelf = Shelf()
        self._selector = selectors.DefaultSelector()
        self._books = books
        self._taken = 0
        self._tick_at = 0.0
        self._homes = {device: self._home(device, broker, seed) for device in devices}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        for home in self._homes.values():
            home.close()
        self._selector.close()
        self._shelf.close()

    def take(self, steps: Sequence[Step]) -> None:
        """The devices measured: the intents go to disk, then the uploads into the buffers."""
        entries = [
            Waiting(number, step.upload, step.copies, step.echo) for number, step in enumerate(steps, start=self._taken)
        ]
        self._taken += len(steps)
        self._books.journal.intend(entries)
        with self._shelf.writing():
            for step, entry in zip(steps, entries, strict=True):
                self._homes[step.upload.device].take(step, entry)

    def come_back(self) -> None:
        """Every device that is out of reach returns."""
        for home in self._homes.values():
            home.come_back()

    @property
    def unanswered(self) -> int:
        """Uploads in all buffers."""
        return sum(map(len, self._homes.values()))

    @property
    def within_reach(self) -> int:
        """Readings without an answer of devices that are not out of reach."""
        return sum(home.readings for home in self._homes.values() if not home.away)

    def turn(self) -> bool:
        """Send, then wait for the sockets, at most until the next tick; True when that tick was reached."""
        now = time.monotonic()
        ticked = now >= self._tick_at
        if ticked:
            self._tick_at = now + TICK
            self._books.journal.flush()
        for home in self._homes.values():
            if ticked:
                home.tick(now)
            home.pump(now)
        ready = self._selector.select(max(self._tick_at - time.monotonic(), 0.0))
        with self._shelf.writing():
            for key, events in ready:
                key.data.serve(events, time.monotonic(), time.time())
        return ticked

    def _home(self, device: str, broker: Broker, seed: int) -> Home:
        rng = Random(f"{seed}/{device}")  # noqa: S311 - jitter, no secret
        connect = partial(_connection, device, broker, self._selector)
        return Home(connect, Buffer(device, self._shelf, "", rng, HASTE), self._books, rng)


def _connection(device: str, broker: Broker, selector: selectors.BaseSelector, courier: Courier) -> Connection:
    return Connection(device, broker, selector, courier, HASTE.keep_alive)


def plain_broker(host: str, port: int) -> Broker:
    """Over MQTT 3.1.1: the embedded broker knows nothing else, and thousands share one loop."""
    return Broker(f"mqtt://[{host}]:{port}" if ":" in host else f"mqtt://{host}:{port}", mqtt="3.1.1")
