"""The memory of a process and of all that it started: proportional set sizes, so that what they share counts once."""

import threading
from pathlib import Path


class Watched:
    """The peak of the sum, looked at twice a second: to look costs the kernel some milliseconds a process."""

    def __init__(self, pid: int) -> None:
        self.peak_mib, self._pid, self._over = 0.0, pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.peak_mib = max(self.peak_mib, sum(map(_pss, family(self._pid))) / 1024)


def family(pid: int) -> list[int]:
    """The process and what it started, and what these started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


def _pss(pid: int) -> int:
    """In KiB; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
