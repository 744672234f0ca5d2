"""The device as its builder sees it: take readings, and they arrive."""

import json
import logging
import secrets
import selectors
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from threading import Condition
from types import TracebackType
from typing import Final, Self, TypeVar

from device.buffer import Buffer
from device.courier import Courier
from device.flights import Answered, Flight
from device.loop import Loop
from device.mqtt import Broker, Connection
from device.prompts import RESEND, Prompt
from device.readings import Reading, Values, check_device, text_of
from device.receipts import Receipt
from device.shelf import Room, Shelf
from device.timing import Timing

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing to mistake when read aloud
Said = TypeVar("Said")
log = logging.getLogger("hearthline.device")


def _nothing(_said: object) -> None:
    """What is done where the builder wants nothing done."""


class Device:
    """Keeps each reading until it has its receipt, and sends it for as long as that takes.

    `on_prompt` hears what the clinic asks for (`measure_again`, …), once however often it is sent, `on_receipt` each
    final receipt; both are called in the device's own thread. Raises ValueError for an id or an address that is none,
    and BufferUnusableError. A broker that is away is waited for: `trouble` says why.
    """

    def __init__(
        self,
        id: str,  # noqa: A002  that is its name on the wire
        broker: Broker | str,
        buffer: Path | str | Shelf,
        *,
        on_prompt: Callable[[Prompt], None] = _nothing,
        on_receipt: Callable[[Receipt], None] = _nothing,
        timing: Timing | None = None,
        room: Room | None = None,
    ) -> None:
        check_device(id)
        self.id = id
        self._on_prompt, self._on_receipt = on_prompt, on_receipt
        self._said: str | None = None
        self._turned = Condition()
        broker = Broker(broker) if isinstance(broker, str) else broker
        broker.address()  # before anything is opened
        self._shelf = buffer if isinstance(buffer, Shelf) else Shelf(buffer, room)
        self._owns_shelf = self._shelf is not buffer
        rng, timing = SystemRandom(), timing or Timing()
        self._buffer = Buffer(id, self._shelf, _boot_id(), rng, timing)

        def couriered(selector: selectors.BaseSelector) -> Courier:
            connect = partial(_connection, id, broker, selector, timing)
            return Courier(connect, self._buffer, self, rng, timing)

        self._loop = Loop(id, couriered, self._turn_over)
        self._loop.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop sending. What has no receipt is in the buffer's file, and is sent when the device is started again."""
        self._loop.close()
        if self._owns_shelf:
            self._shelf.close()

    def take(
        self,
        measure: str,
        values: Values,
        *,
        measured_at: datetime,
        started_at: datetime | None = None,
        user: int | None = None,
        context: Mapping[str, str] | None = None,
        clock: tuple[datetime, datetime] | None = None,
    ) -> str:
        """Keep a reading, and send it as soon as that is possible; its id. It is on disk when this returns.

        `values` is component -> (number, unit), such as `{"weight": (Decimal("70.4"), "kg")}`; LO and HI where the
        meter shows them. `measured_at` is aware: the end, where `started_at` says when it began. `user` is the slot on
        a shared device, `clock` a pair (this device's clock, a trusted clock) read at one moment. Raises ValueError
        for what no server would store, and BufferFullError.
        """
        reading = Reading(measure, values, measured_at, started_at, user, context, clock)
        name = self._buffer.take(reading, time.time())
        self._loop.wake()
        return name

    def status(self, *, battery: int | None = None, firmware: str | None = None) -> None:
        """Say how the device is, once, now or at the next connection: the battery in percent, the firmware, and what
        the SDK knows by itself."""
        known = {"battery": battery, "firmware": firmware, "clock": text_of(datetime.now(UTC).astimezone())}
        body = {**known, "waiting": self.waiting, "boots": self._buffer.boots}
        said = {name: value for name, value in body.items() if value is not None}
        self._loop.courier.beat(json.dumps(said, separators=(",", ":")).encode())
        self._loop.wake()

    @property
    def waiting(self) -> int:
        """Readings without a final receipt."""
        return self._buffer.readings

    @property
    def connected(self) -> bool:
        """Whether a reading taken now would go out now."""
        return self._loop.courier.connected

    @property
    def trouble(self) -> str | None:
        """Why nothing goes out, or what the broker refused; None while all is well."""
        return self._loop.courier.trouble

    def flush(self, timeout: float) -> bool:
        """Wait until every reading has its receipt, `timeout` seconds at most; whether it has."""
        with self._turned:
            return self._turned.wait_for(lambda: self.waiting == 0, timeout)

    def published(self, flight: Flight) -> None:
        """Nothing to do: a message that left is not yet a message that arrived."""

    def answered(self, answered: Answered) -> None:
        _call(self._on_receipt, answered.receipt)

    def prompted(self, prompt: Prompt) -> None:
        if prompt.kind != RESEND and (not prompt.id or self._buffer.is_new(prompt.id)):
            _call(self._on_prompt, prompt)

    def _turn_over(self) -> None:
        with self._turned:
            self._turned.notify_all()
        trouble = self.trouble
        if trouble != self._said:
            self._said = trouble
            log.warning("%s: %s", self.id, trouble or "connected again")


def _boot_id() -> str:
    """40 bits of chance: two starts with the same one would also have to give the same number."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def _connection(
    device: str, broker: Broker, selector: selectors.BaseSelector, timing: Timing, courier: Courier
) -> Connection:
    return Connection(device, broker, selector, courier, timing.keep_alive)


def _call(told: Callable[[Said], None], said: Said) -> None:
    """What the builder's own program does wrong must not end the thread that sends (F8)."""
    try:
        told(said)
    except Exception:
        log.exception("%s failed", getattr(told, "__name__", "a callback"))
