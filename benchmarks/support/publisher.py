"""Publish prepared messages at QoS 1 as fast as the broker answers; a raw socket, so that the sender costs little.

Usage: publisher.py PORT FILE, FILE holding JSON lines of [topic, payload].
"""

import json
import select
import socket
import sys
import time
from collections.abc import Iterator

OUTSTANDING = 1000


def text(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def packet(kind: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes([kind]) + bytes(length) + body


def packets(path: str) -> Iterator[bytes]:
    with open(path) as lines:
        for number, line in enumerate(lines):
            topic, payload = json.loads(line)
            yield packet(0x32, text(topic.encode()) + (number % 65_535 + 1).to_bytes(2, "big") + payload.encode())


def publish(port: int, path: str) -> None:
    prepared = list(packets(path))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            packet(0x10, text(b"MQTT") + b"\x04\x02" + (60).to_bytes(2, "big") + text(b"bench-publisher"))
        )
        assert connection.recv(4) == b"\x20\x02\x00\x00", "the broker refused the publisher"
        print(time.monotonic(), flush=True)  # the first publish: what came before is this program's own start
        sent, answered = 0, 0
        while answered < len(prepared) * 4:
            if sent < len(prepared) and sent - answered // 4 < OUTSTANDING:
                connection.sendall(b"".join(prepared[sent : sent + 50]))
                sent = min(sent + 50, len(prepared))
            ready = select.select(
                [connection], [], [], 0 if sent - answered // 4 < OUTSTANDING and sent < len(prepared) else 5
            )
            if ready[0]:
                answered += len(connection.recv(65_536))


if __name__ == "__main__":
    publish(int(sys.argv[1]), sys.argv[2])
