"""Messages that were sent and still wait for receipts: pure, with time as a number of seconds."""

import hashlib
from dataclasses import dataclass, field
from random import Random
from typing import Final

from device.message import Message
from device.receipts import Key, Receipt, key_of, keys_of
from device.timing import Timing, patience

UNTAKEN: Final = 120.0  # on top of its patience, for a message that the broker does not take on a living connection


@dataclass(slots=True, eq=False)
class Flight:
    """`open` is element -> what its receipt will say; `sends` counts those on this connection, `due` is when
    the next one may be."""

    number: int
    message: Message
    open: dict[int, Key] = field(default_factory=dict)
    sends: int = 0
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A reading (its message and element) got its final receipt; `done` when it was the last of the message."""

    number: int
    element: int
    receipt: Receipt
    done: bool


class Flights:
    """At most a window of messages. Until the first one is answered there is one at a time: what is published before
    ingest first subscribed is queued by nobody (F23). `quota` is how many the broker lets be on the wire at once."""

    def __init__(self, rng: Random, timing: Timing, *, introduced: bool) -> None:
        self.quota = timing.on_wire
        self._introduced = introduced
        self._rng, self._timing = rng, timing
        self._flights: dict[int, Flight] = {}
        self._expected: dict[Key, list[tuple[Flight, int]]] = {}
        self._on_wire: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._flights)

    @property
    def introduced(self) -> bool:
        return self._introduced

    @property
    def has_room(self) -> bool:
        return len(self) < (self._timing.window if self._introduced else 1) and len(self._on_wire) < self.quota

    def fits(self, message: Message) -> bool:
        """Whether the line takes it now. What does not fit waits for an acknowledgement: a slow line that is filled
        for longer than the keep-alive is cut, and everything on it was sent in vain."""
        size = sum(self._on_wire.values()) + len(message.payload)
        return not self._on_wire or (len(self._on_wire) < self.quota and size <= self._timing.wire_bytes)

    def launch(self, number: int, message: Message, now: float) -> Flight:
        """Sent for the first time. Only now receipts are expected: nobody can have answered for what was never sent."""
        flight = Flight(number, message, keys_of(message.names, hashlib.sha256(message.payload).hexdigest()))
        self._flights[number] = flight
        for element, key in flight.open.items():
            self._expected.setdefault(key, []).append((flight, element))
        return self._send(flight, now)

    def overdue(self, now: float) -> list[Flight]:
        """Those whose receipts were waited for long enough and that the line takes now; counted as sent."""
        late = [flight for flight in self._flights.values() if flight.due <= now]
        return [self._send(flight, now) for flight in late if self.fits(flight.message)]

    def next_due(self) -> float:
        """When the first is to be sent again, should nothing be heard; infinity when nothing is in flight."""
        return min((flight.due for flight in self._flights.values()), default=float("inf"))

    def taken(self, number: int, now: float) -> None:
        """The broker has it: from now on its receipts are waited for."""
        flight = self._flights.get(number)
        if self._on_wire.pop(number, None) is not None and flight is not None:
            flight.due = now + self._patience(flight)

    def broken(self) -> None:
        """The connection broke, and with it every receipt under way: all that is in flight is due at once, and
        waited for as at first."""
        self._on_wire.clear()
        for flight in self._flights.values():
            flight.sends, flight.due = 0, 0.0

    def settle(self, receipt: Receipt) -> Answered | None:
        """The reading that this receipt answers; None when it is final for none of ours. A receipt whose time is not
        the reading's is not for it."""
        expected = None if receipt.retry else self._expected.get(key_of(receipt))
        if not expected:
            return None
        flight, element = expected.pop(0)
        key = flight.open.pop(element)
        if not expected:
            del self._expected[key]
        if not flight.open:
            del self._flights[flight.number]
            self._on_wire.pop(flight.number, None)  # who answered had it from the broker
            self._introduced = True
        return Answered(flight.number, element, receipt, not flight.open)

    def _send(self, flight: Flight, now: float) -> Flight:
        flight.sends += 1
        flight.due = now + self._patience(flight) + UNTAKEN
        self._on_wire[flight.number] = len(flight.message.payload)
        return flight

    def _patience(self, flight: Flight) -> float:
        return patience(flight.sends - 1, self._timing, self._rng, introduced=self._introduced)
