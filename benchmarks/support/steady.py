"""Publish at a steady pace and ask for nothing back. Usage: steady.py PORT FILE RATE, FILE as for paced.py."""

import json
import sys
import time

from benchmarks.support import wire


def main(port: int, path: str, rate: float) -> None:
    with open(path) as file, wire.connected(port, "bench-steady") as connection:
        begun = time.monotonic()
        for number, line in enumerate(file):
            topic, payload = json.loads(line)
            time.sleep(max(begun + number / rate - time.monotonic(), 0))
            connection.sendall(wire.publish(topic, payload.encode(), number))
            if number % 500 == 499:
                connection.recv(1 << 16)  # the PUBACKs


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
