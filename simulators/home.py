"""A device at home: it keeps what it measured until somebody answered for it, whatever happens to the connection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from simulators.buffer import Buffer, Waiting, waiting
from simulators.journal import Journal
from simulators.mqtt import Connection
from simulators.receipts import read_receipts
from simulators.transport_faults import Step

FIRST_RETRY: Final = 0.25
LONGEST_RETRY: Final = 10.0
Connect = Callable[[Callable[[bytes], None]], Connection]  # gets what hears the receipts
KEEP_EVERY: Final = 1.0


@dataclass(slots=True)
class Tally:
    """Counts over all homes: readings taken, of these answered finally, and of those with an id not yet answered;
    messages published, and uploads sent at least once."""

    taken: int = 0
    receipted: int = 0
    in_doubt: int = 0
    published: int = 0
    first_sends: int = 0

    def take(self, entry: Waiting) -> None:
        self.taken += len(entry.upload.readings)
        self.in_doubt += sum(taken.id is not None for taken in entry.upload.readings)

    def answer(self, entry: Waiting, element: int) -> None:
        if not entry.again:
            self.receipted += 1
            self.in_doubt -= entry.upload.readings[element].id is not None


@dataclass(frozen=True, slots=True)
class Books:
    """Where every home writes down what it did, and the clock for it (aware UTC)."""

    journal: Journal
    tally: Tally
    clock: Callable[[], datetime]


class Home:
    """One device: its buffer, its connection and its back-off. All times are seconds of one monotonic clock.

    `away` counts the uploads a device out of reach still waits for before it comes back.
    """

    def __init__(self, connect: Connect, buffer: Buffer, books: Books, rng: Random) -> None:
        self.away = 0
        self._buffer = buffer
        self._books = books
        self._rng = rng
        self._connection = connect(self._heard)
        self._was_ready = False
        self._failures = 0
        self._retry_at = 0.0
        self._keep_at = 0.0

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def readings(self) -> int:
        return self._buffer.readings

    def take(self, step: Step, entry: Waiting) -> None:
        """Measured: into the buffer, from where it is sent when there is room."""
        if step.offline:
            self.away = step.offline - 1
            self._connection.cut()
        elif self.away:
            self.away -= 1
            self._retry_at = 0.0
        self._books.tally.take(entry)
        self._buffer.take(entry)

    def pump(self, now: float) -> None:
        """Send what may be sent for the first time."""
        if self._connection.ready:
            self._publish(self._buffer.fresh(now))

    def tick(self, now: float) -> None:
        """Everything that is due by the clock: connect again, keep alive, send again."""
        if not self._connection.alive:
            self._reconnect(now)
        elif now >= self._keep_at:
            self._keep_at = now + KEEP_EVERY
            self._connection.keep()
        if self._connection.ready:
            self._was_ready, self._failures = True, 0
            self._publish(self._buffer.overdue(now))

    def close(self) -> None:
        self._connection.close()

    def _reconnect(self, now: float) -> None:
        if self._was_ready:
            self._was_ready = False
            self._buffer.forget_sends()
        if self.away or now < self._retry_at:
            return
        delay = min(FIRST_RETRY * 2.0 ** min(self._failures, 10), LONGEST_RETRY)
        self._retry_at = now + delay * self._rng.uniform(0.5, 1.5)
        self._failures += 1
        try:
            self._connection.open()
        except OSError:
            return  # nobody listens; the next try is in `_retry_at`

    def _publish(self, entries: list[Waiting]) -> None:
        for entry in entries:
            first = entry.sends == 1 and not entry.again
            self._books.tally.first_sends += first
            for _ in range(entry.copies if first else 1):
                if self._connection.publish(entry.upload.measure, entry.upload.payload):
                    self._books.tally.published += 1
                    self._books.journal.published(entry, self._books.clock())
        if entries:
            self._connection.settle_interest()

    def _heard(self, payload: bytes) -> None:
        at = self._books.clock()
        for receipt in read_receipts(payload):
            settled = self._buffer.settle(receipt)
            if settled is not None:
                entry, element = settled
                self._books.journal.answered(entry, element, receipt, at)
                self._books.tally.answer(entry, element)
                self._echo(entry)

    def _echo(self, entry: Waiting) -> None:
        if entry.echo and not entry.open:
            self._buffer.take(waiting(entry.number, entry.upload, again=True))
