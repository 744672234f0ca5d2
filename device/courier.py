"""A device's buffer and its connection, brought together by somebody else's clock and selector: a thread for one
device, one loop for thousands (200 devices with a thread each reached half the rate of one loop, F24)."""

from collections.abc import Callable
from random import Random
from typing import Final, Protocol

from device.buffer import Buffer
from device.flights import Answered, Flight
from device.mqtt import Connection, Heard, Taken
from device.prompts import RESEND, Prompt, is_over, read_prompt
from device.receipts import read_receipts
from device.timing import Timing, pause

STATUS: Final = "status"
CHECKS: Final = 20  # looks at the clock in one keep-alive
HANDSHAKE: Final = 30.0


class Notes(Protocol):
    """Who is told what happens; nothing of it may raise."""

    def published(self, flight: Flight) -> None: ...
    def answered(self, answered: Answered) -> None: ...
    def prompted(self, prompt: Prompt) -> None: ...


class Courier:
    """`now` is seconds of one steady clock, `wall` seconds since 1970. While it is not `reachable` no connection is
    made."""

    def __init__(
        self, connect: Callable[["Courier"], Connection], buffer: Buffer, notes: Notes, rng: Random, timing: Timing
    ) -> None:
        self.reachable = True
        self._connection = connect(self)
        self._buffer, self._notes, self._rng, self._timing = buffer, notes, rng, timing
        self._packets: dict[int, int] = {}
        self._beat: bytes | None = None
        self._was_ready = False
        self._failures = 0
        self._retry_at: float | None = None
        self._keep_at = self._opened_at = 0.0

    @property
    def connected(self) -> bool:
        """Whether what is measured now would be sent now, and its receipt heard."""
        return self._connection.ready

    @property
    def trouble(self) -> str | None:
        """Why there is no connection, or what the broker refused last; None while all is well."""
        return self._connection.trouble

    def beat(self, payload: bytes) -> None:
        """Say this status once; one that was not said yet is forgotten."""
        self._beat = payload

    def pump(self, now: float) -> None:
        """Send what may be sent for the first time."""
        if self._is_ready():
            if self._beat is not None and self._connection.publish(STATUS, self._beat) is not None:
                self._beat = None
            self._publish(self._buffer.fresh(now))

    def tick(self, now: float) -> None:
        """Everything that is due by the clock: connect again, keep alive, send again."""
        if self._connection.alive:
            self._watch(now)
        if not self._connection.alive:
            self._reconnect(now)
        if self._is_ready():
            self._publish(self._buffer.overdue(now))

    def next_tick(self, now: float) -> float:
        """When `tick` will have something to do, unless something is heard or measured before."""
        if self._connection.ready:
            return min(self._keep_at, self._buffer.flights.next_due())
        if self._connection.alive:
            return self._keep_at
        if self._was_ready or self._retry_at is None:
            return now
        return self._retry_at if self.reachable else float("inf")

    def serve(self, events: int, now: float, wall: float) -> None:
        """The selector has news of the connection's socket."""
        for one in self._connection.serve(events):
            if isinstance(one, Taken):
                self._buffer.flights.taken(self._packets.pop(one.packet, -1), now)
            else:
                self._hear(one, wall)

    def come_back(self) -> None:
        """Be reachable again, and connect at the next tick."""
        self.reachable, self._retry_at = True, None

    def go(self) -> None:
        """Be carried out of reach: the connection ends without a word."""
        self.reachable = False
        self._connection.cut()

    def give_up(self, why: str) -> None:
        """Cut the connection; another is made after a pause."""
        self._connection.cut()
        self._connection.trouble = why

    def close(self) -> None:
        """Say goodbye; what waits stays in the buffer."""
        self._connection.close()

    def publish(self, flight: Flight) -> bool:
        """Hand a message over; False when the connection is gone."""
        packet = self._connection.publish(flight.message.measure, flight.message.payload)
        if packet is not None:
            self._packets[packet] = flight.number
        return packet is not None

    def _watch(self, now: float) -> None:
        if now >= self._keep_at:
            self._keep_at = now + self._timing.keep_alive / CHECKS
            self._connection.keep()
        if not self._connection.ready and now > self._opened_at + HANDSHAKE:
            self.give_up("the broker did not answer the connection")

    def _is_ready(self) -> bool:
        """Whether the connection is complete; the broker's own limit counts from the moment it is."""
        if self._connection.ready and not self._was_ready:
            self._was_ready = True
            self._buffer.flights.quota = min(self._timing.on_wire, self._connection.quota)
        return self._connection.ready

    def _lose(self, now: float) -> None:
        """A complete connection broke. Everybody's may have, at this very moment: the first pause is jittered too."""
        self._was_ready, self._failures = False, 0
        self._retry_at = now + pause(0, self._timing, self._rng)
        self._packets.clear()
        self._buffer.flights.broken()

    def _reconnect(self, now: float) -> None:
        if self._was_ready:
            self._lose(now)
        if self._retry_at is None:
            self._retry_at = now + self._rng.uniform(0.0, self._timing.start)
        if self.reachable and now >= self._retry_at:
            self._retry_at = now + pause(self._failures, self._timing, self._rng)
            self._failures, self._opened_at, self._keep_at = self._failures + 1, now, now
            try:
                self._connection.open()
            except OSError as error:
                self._connection.trouble = f"no connection to the broker: {error}"

    def _publish(self, flights: list[Flight]) -> None:
        for flight in flights:
            if self.publish(flight):
                self._notes.published(flight)
        if flights:
            self._connection.settle_interest()

    def _hear(self, heard: Heard, wall: float) -> None:
        if heard.leaf == "receipts":
            for answered in self._buffer.settle(read_receipts(heard.payload), wall):
                self._notes.answered(answered)
        elif (prompt := read_prompt(heard.payload)) is not None and not is_over(prompt, wall):
            if prompt.kind == RESEND and prompt.since is not None:
                self._buffer.resend_since(prompt.since.timestamp(), prompt.id or prompt.since.isoformat())
            self._notes.prompted(prompt)
