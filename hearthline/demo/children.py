"""The demo's child processes: each in a session of its own, so that Ctrl-C reaches the parent alone, which then ends
them in the order in which readings flow."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hearthline.demo.place import LOOPBACK, Place
from hearthline.errors import BROKER, NO, Failure

START_SECONDS = 20.0
DRAIN_SECONDS = 30.0
OWN = "hearthline: "  # how our commands begin the line that says why they failed


@dataclass(frozen=True, slots=True)
class Child:
    """`code` is the exit code of the whole when it dies before its time."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]
    code: int = NO

    def check(self) -> None:
        """Raise Failure when it is not running any more."""
        status = self.process.poll()
        if status is not None:
            how = f"was killed by signal {-status}" if status < 0 else f"ended with code {status}{self._last_words()}"
            raise Failure(f"{self.name} {how}", f"see {self.log}", self.code)

    def _last_words(self) -> str:
        """The one line in which it said what was wrong, where it left one."""
        lines = self.log.read_text(errors="replace").splitlines()
        own = next((line for line in reversed(lines) if line.startswith(OWN)), "")
        return f" ({own.removeprefix(OWN)})" if own else ""


@contextlib.contextmanager
def running(name: str, place: Place, *, code: int = NO) -> Iterator[Child]:
    """The command `name` while the block runs, then SIGTERM and as long as it takes to drain, up to `DRAIN_SECONDS`."""
    with place.log(name).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hearthline.child", name], stdin=subprocess.PIPE, stdout=log, stderr=log,
            env=os.environ | place.variables(), start_new_session=True,
        )  # fmt: skip
    try:
        yield Child(name, place.log(name), process, code)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask, wait, and kill what does not listen; by its own id, never by a name."""
    process.terminate()
    try:
        process.wait(DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def wait_for_port(child: Child, port: int) -> None:
    """Return when it listens; raises Failure when it ended instead, or takes longer than `START_SECONDS`."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        child.check()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.02)
    raise Failure(f"{child.name} does not listen on port {port}", f"see {child.log}", BROKER)
