"""Publish prepared messages at QoS 1 as fast as the broker answers; a raw socket, so that the sender costs little.

Usage: publisher.py PORT FILE, FILE holding JSON lines of [topic, payload].
"""

import json
import select
import sys
import time
from collections.abc import Iterator

from benchmarks.support import wire

OUTSTANDING = 1000


def packets(path: str) -> Iterator[bytes]:
    with open(path) as lines:
        for number, line in enumerate(lines):
            topic, payload = json.loads(line)
            yield wire.publish(topic, payload.encode(), number)


def publish(port: int, path: str) -> None:
    prepared = list(packets(path))
    with wire.connected(port, "bench-publisher") as connection:
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
