"""Publish at a steady pace and note when each reading's receipt comes back: what a device sees from outside.

Usage: paced.py PORT FILE RATE, FILE holding JSON lines of [topic, payload]. Prints one JSON object: id -> [published
(seconds since 1970), seconds until the receipt or null].
"""

import json
import select
import socket
import sys
import time

from benchmarks.support import wire

SETTLE = 20.0


class Device:
    """All devices in one connection, which also hears every receipt."""

    def __init__(self, port: int) -> None:
        self.socket, self.received = wire.connected(port, "bench-paced"), bytearray()
        self.socket.sendall(wire.subscribe("hearthline/v1/down/+/receipts"))
        self.sent: dict[str, float] = {}
        self.answered: dict[str, float] = {}

    def hear(self, until: float) -> None:
        """Read what comes until `until`, at least once without waiting."""
        while True:
            ready, _, _ = select.select([self.socket], [], [], max(until - time.time(), 0.0))
            if not ready:
                return
            self.received += self.socket.recv(1 << 18)
            now = time.time()
            for kind, body in wire.frames(self.received):
                if kind == wire.PUBLISH:
                    for each in json.loads(wire.payload_of(body)):
                        self.answered.setdefault(each.get("id"), now)

    def play(self, lines: list[list[str]], rate: float) -> None:
        begun = time.time()
        for number, (topic, payload) in enumerate(lines):
            self.hear(begun + number / rate)
            self.sent[json.loads(payload)["id"]] = time.time()
            self.socket.sendall(wire.publish(topic, payload.encode(), number))
        until = time.time() + SETTLE
        while self.sent.keys() - self.answered.keys() and time.time() < until:
            self.hear(time.time() + 0.05)


def main(port: int, path: str, rate: float) -> None:
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    device = Device(port)
    device.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    device.play(lines, rate)
    waits = {
        name: [at, device.answered[name] - at if name in device.answered else None] for name, at in device.sent.items()
    }
    print(json.dumps(waits), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
