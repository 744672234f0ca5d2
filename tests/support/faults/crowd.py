"""Very many devices that connect at once, each with one reading: MQTT 3.1.1 on one selector, not a thread each."""

import hashlib
import json
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from tests.support.faults.truth import Element, digest_of

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x82, 0x90
MEASURED_AT = "2026-01-05T07:12:00+00:00"
ALL_AT_ONCE = 2.0  # seconds over which the first attempts are spread


def packet(kind: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, low = divmod(size, 0x80)
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


@dataclass(slots=True)
class Caller:
    """One device: connects, listens for its receipts, publishes until one comes."""

    id: str
    patient: str
    due: float = 0.0
    tries: int = 0
    stream: socket.socket | None = None
    data: bytes = b""
    served: float | None = None
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def payload(self) -> bytes:
        values = {"weight": {"value": 81.5, "unit": "kg"}}
        return json.dumps({"id": f"{self.id}-1", "measured_at": MEASURED_AT, "values": values}).encode()

    @property
    def element(self) -> Element:
        """What the oracle is to know of it."""
        said = digest_of(self.patient, "weight", datetime.fromisoformat(MEASURED_AT), {"weight": ("81.5", "kg")})
        sha = hashlib.sha256(self.payload).hexdigest()
        return Element(sha, 0, self.id, f"{self.id}-1", MEASURED_AT, self.patient, "weight", "stored", said, "plain")

    @property
    def reading(self) -> bytes:
        return packet(PUBLISH | 0x02, text(f"hearthline/v1/up/{self.id}/weight") + (2).to_bytes(2) + self.payload)

    def greet(self) -> bytes:
        return packet(CONNECT, text("MQTT") + bytes([4, 2, 0, 60]) + text(self.id))

    def listen(self) -> bytes:
        return packet(SUBSCRIBE, (1).to_bytes(2) + text(f"hearthline/v1/down/{self.id}/receipts") + b"\0")

    def packets(self) -> Iterator[tuple[int, bytes]]:
        """Kind and body of the whole packets that have arrived; the last is kept until it is whole."""
        while len(self.data) >= 2:
            size, place, shift = 0, 1, 0
            while place < len(self.data):
                byte = self.data[place]
                size, place, shift = size | (byte & 0x7F) << shift, place + 1, shift + 7
                if byte < 0x80:
                    break
            if len(self.data) < place + size:
                return
            kind, body, self.data = self.data[0], self.data[place : place + size], self.data[place + size :]
            yield kind, body


@dataclass(slots=True)
class Crowd:
    """`seconds` after the first call each device was served: had the receipt for its reading."""

    port: int
    callers: Sequence[Caller]
    chance: Random
    begin: float = field(default_factory=time.monotonic)
    ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self, most: float) -> list[float]:
        """Until everybody is served, or for `most` seconds."""
        left = {caller.id for caller in self.callers}
        for caller in self.callers:
            caller.due = self.begin + self.chance.uniform(0, ALL_AT_ONCE)
        while left and time.monotonic() - self.begin < most:
            now = time.monotonic()
            for caller in self.callers:
                if caller.served is None and caller.due <= now:
                    self._call(caller, now)
            for key, _ in self.ready.select(0.05):
                caller = key.data
                self._hear(caller)
                if caller.served is not None:
                    left.discard(caller.id)
        self.ready.close()
        return sorted(caller.served for caller in self.callers if caller.served is not None)

    def _call(self, caller: Caller, now: float) -> None:
        """Connect, or say the reading again; ever later, and never all together."""
        caller.tries += 1
        caller.due = now + min(2.0 * 2**caller.tries, 30.0) * self.chance.uniform(0.5, 1.5)
        if caller.stream is not None:
            self._send(caller, caller.reading)
            return
        with suppress(OSError):
            caller.stream, caller.data = socket.create_connection(("127.0.0.1", self.port), timeout=5), b""
            caller.stream.setblocking(False)
            self.ready.register(caller.stream, selectors.EVENT_READ, caller)
            self._send(caller, caller.greet())

    def _send(self, caller: Caller, data: bytes) -> None:
        try:
            assert caller.stream is not None
            caller.stream.send(data)
        except OSError:
            self._gone(caller)

    def _gone(self, caller: Caller) -> None:
        if caller.stream is not None:
            self.ready.unregister(caller.stream)
            caller.stream.close()
            caller.stream = None

    def _hear(self, caller: Caller) -> None:
        assert caller.stream is not None
        try:
            heard = caller.stream.recv(4096)
        except OSError:
            heard = b""
        if not heard:
            self._gone(caller)
        caller.data += heard
        for kind, body in caller.packets():
            self._answer(caller, kind, body)

    def _answer(self, caller: Caller, kind: int, body: bytes) -> None:
        if kind == CONNACK:
            self._send(caller, caller.listen())
        elif kind == SUBACK:
            self._send(caller, caller.reading)
        elif kind & 0xF0 == PUBLISH:
            caller.served = time.monotonic() - self.begin
            caller.receipts = json.loads(body[2 + int.from_bytes(body[:2]) :])
            self._gone(caller)
