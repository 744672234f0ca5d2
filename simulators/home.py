"""A device at home: the device SDK, and what the run's faults do to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from device.buffer import Buffer
from device.courier import Courier
from device.flights import Answered, Flight
from device.mqtt import Connection
from device.prompts import Prompt
from device.timing import Timing
from simulators.journal import Journal
from simulators.transport_faults import Step
from simulators.waiting import Waiting, message_of

HASTE: Final = Timing(  # a month passes in minutes
    on_wire=64, wire_bytes=256 * 1024, patience=5.0, longest_patience=60.0, first_patience=1.0,
    retry=0.5, longest_retry=10.0, keep_alive=20,
)  # fmt: skip


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
        if not entry.answered:
            self.receipted += 1
            self.in_doubt -= entry.upload.readings[element].id is not None


@dataclass(frozen=True, slots=True)
class Books:
    """Where every home writes down what it did, and the clock for it (aware UTC)."""

    journal: Journal
    tally: Tally
    clock: Callable[[], datetime]


class Home:
    """One device. `away` counts the uploads a device out of reach still waits for before it comes back."""

    def __init__(self, connect: Callable[[Courier], Connection], buffer: Buffer, books: Books, rng: Random) -> None:
        self.away = 0
        self._buffer, self._books = buffer, books
        self._entries: dict[int, Waiting] = {}
        self._courier = Courier(connect, buffer, self, rng, HASTE)
        self.pump, self.tick, self.close = self._courier.pump, self._courier.tick, self._courier.close

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def readings(self) -> int:
        return self._buffer.readings

    def take(self, step: Step, entry: Waiting) -> None:
        """Measured: into the buffer, from where it is sent when there is room."""
        if step.offline:
            self.away = step.offline - 1
            self._courier.go()
        elif self.away:
            self.away -= 1
        self._books.tally.take(entry)
        self._entries[self._buffer.add(message_of(entry.upload), self._books.clock().timestamp())] = entry
        if not self.away:
            self.come_back()

    def come_back(self) -> None:
        """Within reach from now on."""
        self.away = 0
        if not self._courier.reachable:
            self._courier.come_back()

    def published(self, flight: Flight) -> None:
        """The first time, the copies that were drawn for it follow at once."""
        entry = self._entries[flight.number]
        copies = 1 if entry.sent else entry.copies
        self._books.tally.first_sends += not entry.sent
        entry.sent = True
        for copy in range(copies):
            if copy == 0 or self._courier.publish(flight):
                self._books.tally.published += 1
                self._books.journal.published(entry, self._books.clock())

    def answered(self, answered: Answered) -> None:
        entry = self._entries[answered.number]
        self._books.journal.answered(entry, answered.element, answered.receipt, self._books.clock())
        self._books.tally.answer(entry, answered.element)
        if answered.done and entry.echo and not entry.answered:
            self._buffer.again(answered.number)
        entry.answered = entry.answered or answered.done

    def prompted(self, prompt: Prompt) -> None:
        """Nobody at home to be asked; sending again is the SDK's own business."""
