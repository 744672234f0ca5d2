"""All devices at once after an outage: each connects, subscribes, publishes what it kept, and waits for its receipt.

One selector loop plays them all (F24). Nobody holds back: real devices spread themselves by a jittered pause.
"""

import json
import selectors
import socket
import time

from benchmarks.parts.drains import Figures
from benchmarks.support import wire
from benchmarks.support.drain import at_work
from benchmarks.support.load import device, messages
from benchmarks.support.place import POSTGRES, Place

OPENING = 200  # connections at a time on the way: what a kernel's accept queue holds
GIVE_UP = 300.0


def measure(place: Place) -> Figures:
    count = place.scale.devices
    with place.open(POSTGRES, count) as (port, url, folder), at_work(port, url, folder):
        sent = [(topic, payload.encode()) for topic, payload in messages(count, patients=count)]
        begun = time.monotonic()
        served = Crowd(port, sent).play(begun + GIVE_UP)
        seconds = time.monotonic() - begun
    place.say(f"{served:,} of {count:,} devices have their receipt after {seconds:.1f} s")
    return {"reconnect_seconds": round(seconds, 1) if served == count else None, "reconnect_devices": count}


class Crowd:
    """`sent` has one message a device, in the order of their numbers."""

    def __init__(self, port: int, sent: list[tuple[str, bytes]]) -> None:
        self.port, self.sent, self.served, self.opening = port, sent, 0, 0
        self.selector = selectors.DefaultSelector()

    def play(self, until: float) -> int:
        """How many had a receipt by then (monotonic seconds)."""
        numbers = iter(range(len(self.sent)))
        while self.served < len(self.sent) and time.monotonic() < until:
            while self.opening < OPENING and (number := next(numbers, None)) is not None:
                self._open(number)
            for key, _ in self.selector.select(1.0):
                self._hear(key)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # each is a socket
        self.selector.close()
        return self.served

    def _open(self, number: int) -> None:
        name = device(number)
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(wire.hello(name) + wire.subscribe(f"hearthline/v1/down/{name}/receipts"))
        self.selector.register(connection, selectors.EVENT_READ, (number, bytearray()))
        self.opening += 1

    def _hear(self, key: selectors.SelectorKey) -> None:
        number, received = key.data
        received += key.fileobj.recv(4096)  # type: ignore[union-attr]  # a socket
        for kind, body in wire.frames(received):
            if kind == wire.SUBACK:
                topic, payload = self.sent[number]
                key.fileobj.sendall(wire.publish(topic, payload, 0))  # type: ignore[union-attr]  # a socket
                self.opening -= 1
            elif kind == wire.PUBLISH:
                assert json.loads(wire.payload_of(body))[0]["verdict"] == "stored"
                self.served += 1
