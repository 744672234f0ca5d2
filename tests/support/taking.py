"""A device as a process: it takes readings as fast as it can, and prints the id of each when `take` has returned.

    python -m tests.support.taking BUFFER BROKER COUNT [SECONDS TO FLUSH]

After each id stands how long SQLite's write-ahead log is by then: all of that has been synchronised to the disk.
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from device import Device, Timing
from tests.support.places import ROOT

DEVICE = "scale-0001"
BEGIN = datetime(2026, 1, 5, 7, tzinfo=UTC)


def start_taking(buffer: Path, broker: str, count: int, flush: float = 0.0) -> "subprocess.Popen[str]":
    """Started; its first line comes when it has taken the first reading. Whoever starts it ends it."""
    command = [sys.executable, "-m", "tests.support.taking", str(buffer), broker, str(count), str(flush)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def main(buffer: Path, broker: str, count: int, flush: float) -> int:
    log = buffer.with_name(buffer.name + "-wal")
    timing = Timing(patience=0.3, longest_patience=1.0, first_patience=0.2, retry=0.1, longest_retry=0.5)
    with Device(DEVICE, broker, buffer, timing=timing) as scale:
        for number in range(count):
            name = scale.take("weight", {"weight": (70, "kg")}, measured_at=BEGIN + timedelta(seconds=number))
            print(name, log.stat().st_size, flush=True)  # noqa: T201  what it is for
        return 0 if not flush or scale.flush(flush) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
