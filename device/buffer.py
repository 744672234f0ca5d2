"""What a device keeps, what it sends next, and what has answered it: pure over a shelf, with time as a number."""

from collections import deque
from collections.abc import Iterable
from random import Random

from device.errors import BufferFullError
from device.flights import Answered, Flight, Flights
from device.message import BYTES, READINGS, Message, fitting, joined
from device.readings import Reading, check_measure, say, text_of
from device.receipts import Receipt
from device.shelf import Shelf
from device.timing import Timing


class Buffer:
    """Messages in the order they are to be sent. Every send of one is byte-identical, also after a restart. Any thread
    may use it. `now` is seconds of any steady clock, `wall` seconds since 1970."""

    def __init__(self, device: str, shelf: Shelf, boot: str, rng: Random, timing: Timing | None = None) -> None:
        """`boot` is part of every id given from now on and must be new at each start: a file that was brought back
        from an older copy counts on from an older number, and a reset one from nothing."""
        self.device = device
        self.boots, introduced = shelf.boot(device)
        self.flights = Flights(rng, timing or Timing(), introduced=introduced)
        self._shelf, self._boot = shelf, boot
        waiting, self._readings = shelf.waiting(device)
        self._waiting = deque(waiting)

    def __len__(self) -> int:
        """Messages without all their receipts."""
        return len(self._waiting) + len(self.flights)

    @property
    def readings(self) -> int:
        """Readings without a final receipt."""
        return self._readings

    def take(self, reading: Reading, wall: float) -> str:
        """Keep a reading; its id. It is on disk when this returns. Raises ValueError for what nobody would store, and
        BufferFullError: its `seq` is then used up where that can be written, so that the gap is seen."""
        check_measure(reading.measure)
        with self._shelf.guard:
            try:
                with self._shelf.writing():
                    name, message = self._said(reading)
                    number = self._shelf.add(self.device, message, wall)
            except BufferFullError:
                self._shelf.next_seq(self.device)
                raise
            self._queue([number], 1)
        return name

    def add(self, message: Message, wall: float) -> int:
        """Keep a message as it is; its number. Raises BufferFullError."""
        with self._shelf.guard:
            number = self._shelf.add(self.device, message, wall)
            self._queue([number], len(message.names))
        return number

    def again(self, number: int) -> None:
        """Send a message once more whose receipts have all come."""
        self._again([number])

    def resend_since(self, since: float, prompt: str) -> None:
        """Send again what was measured or answered since then; nothing when this prompt was followed before."""
        with self._shelf.guard, self._shelf.writing():
            if self._shelf.is_new(self.device, prompt):
                self._again(self._shelf.list_finished_since(self.device, since))

    def is_new(self, prompt: str) -> bool:
        """Whether this prompt was never heard before; from now on it was."""
        with self._shelf.guard:
            return self._shelf.is_new(self.device, prompt)

    def fresh(self, now: float) -> list[Flight]:
        """Messages to be sent next, as many as window and line have room for; counted as sent from now on."""
        ready: list[Flight] = []
        if not self._waiting:
            return ready
        with self._shelf.guard:
            while self._waiting and self.flights.has_room:
                message = self._whole(self._waiting[0])
                if not self.flights.fits(message):
                    break
                ready.append(self.flights.launch(self._waiting.popleft(), message, now))
        return ready

    def overdue(self, now: float) -> list[Flight]:
        """Messages whose receipts were waited for long enough, to be sent again."""
        with self._shelf.guard:
            return self.flights.overdue(now)

    def settle(self, receipts: Iterable[Receipt], wall: float) -> list[Answered]:
        """What these receipts answer finally. A message that has all of its own is kept on as long as there is room."""
        with self._shelf.guard:
            introduced = self.flights.introduced
            answered = [one for one in map(self.flights.settle, receipts) if one is not None]
            self._readings -= len(answered)
            done = [one.number for one in answered if one.done]
            if done:
                self._finish(done, wall, introduced)
        return answered

    def _said(self, reading: Reading) -> tuple[str, Message]:
        seq = self._shelf.next_seq(self.device)
        name = f"{self._boot}-{seq:06d}"
        payload = say(reading, name, seq).encode()
        if len(payload) > BYTES:
            raise ValueError(f"a reading of {len(payload)} bytes; a message holds {BYTES}")
        names, measured = ((name, text_of(reading.measured_at)),), reading.measured_at.timestamp()
        return name, Message(reading.measure, payload, names, measured, whole=False)

    def _whole(self, number: int) -> Message:
        """What message `number` is sent as, for ever: in a backlog, an array with those of its measure after it."""
        message = self._shelf.get(number)
        if message.whole:
            return message
        alike = [(number, message)]
        if self.flights.introduced and len(self._waiting) > 1:
            alike += self._shelf.list_joinable(self.device, message.measure, number, READINGS - 1)
        alike = alike[: fitting([one for _, one in alike])]
        whole, others = joined([one for _, one in alike]), [other for other, _ in alike[1:]]
        self._shelf.join(number, whole, others)
        if others:
            gone = frozenset(others)
            self._waiting = deque(one for one in self._waiting if one not in gone)
        return whole

    def _finish(self, numbers: list[int], wall: float, introduced: bool) -> None:
        with self._shelf.writing():
            self._shelf.finish(numbers, wall)
            if not introduced:
                self._shelf.introduce(self.device)

    def _again(self, numbers: Iterable[int]) -> None:
        with self._shelf.guard, self._shelf.writing():
            reopened = {number: self._shelf.reopen(number) for number in numbers}
        self._queue([number for number, elements in reopened.items() if elements], sum(reopened.values()))

    def _queue(self, numbers: Iterable[int], readings: int) -> None:
        self._waiting.extend(numbers)
        self._readings += readings
