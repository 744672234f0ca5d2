"""The parent of several workers: a process each, started again when it dies, ended together.

Each is a process because threads of one would share one interpreter's lock.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog

from hearthline.errors import DONE
from hearthline.workers.notify import VARIABLE, Listener, Notifier
from hearthline.workers.restarts import Life, ends_all

LOOK: Final = 0.1
END_SECONDS: Final = 25.0  # to finish what was begun; systemd's own patience is 30
log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """The slot's process, None between a death and the next start."""

    slot: int
    listener: Listener
    environ: Mapping[str, str]
    standby: bool
    process: "subprocess.Popen[bytes] | None" = None
    life: Life = field(default_factory=lambda: Life(time.monotonic(), time.monotonic()))

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches the parent alone; it ends when its parent is gone. One that
        starts again waits for its slot: another may be looking after it."""
        waits = ["--standby"] if self.standby or self.life.deaths else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hearthline.child", "ingest", "--slots", str(self.slot), *waits],
            stdin=subprocess.PIPE, env={**self.environ, VARIABLE: self.listener.address}, start_new_session=True,
        )  # fmt: skip
        self.life.begin(time.monotonic())

    def look(self) -> int | None:
        """Keep it alive; the exit code when it cannot go on, and neither can the others."""
        now = time.monotonic()
        self.life.hear(self.listener.hear(), now)
        if self.process is None:
            if now >= self.life.due:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            self._end_if_hanging(self.process, now)
            return None
        self.bury(self.process)
        if ends_all(code, ready=self.life.ready):
            return code
        self.life.die(now)
        log.error("worker.died", slot=self.slot, code=code, again_in=round(self.life.due - now, 1))
        return None

    def _end_if_hanging(self, process: "subprocess.Popen[bytes]", now: float) -> None:
        if self.life.hangs(now):
            log.error("worker.hangs", slot=self.slot, silent=round(now - self.life.heard, 1))
            process.kill()

    def bury(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            process.stdin.close()
        self.process = None


def supervise(slots: Sequence[int], *, group: str, standby: bool, config: Path | None, stop: Event) -> int:
    """Run a worker for each slot until `stop`; the exit code of one that cannot go on, else 0."""
    named = {"HEARTHLINE_INGEST__GROUP": group}
    if config is not None:
        named["HEARTHLINE_CONFIG"] = str(config.absolute())
    above, code = Notifier.of(os.environ), DONE
    with tempfile.TemporaryDirectory(prefix="hearthline-") as folder:
        workers = [Worker(slot, Listener(Path(folder, str(slot))), os.environ | named, standby) for slot in slots]
        try:
            while not code and not stop.wait(LOOK):
                code = next(filter(None, [worker.look() for worker in workers]), DONE)
                above.tell("WATCHDOG=1")
                if all(worker.life.ready for worker in workers):
                    above.tell("READY=1")
            above.tell("STOPPING=1")
        finally:
            end(workers)
    return code


def end(workers: Sequence[Worker]) -> None:
    """Ask all, wait for all, and kill what does not listen."""
    alive = [(worker, worker.process) for worker in workers if worker.process is not None]
    for _, process in alive:
        process.terminate()
    until = time.monotonic() + END_SECONDS
    for worker, process in alive:
        try:
            process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            log.error("worker.killed", slot=worker.slot, cause="did not finish in time")
            process.kill()
            process.wait()
        worker.bury(process)
    for worker in workers:
        worker.listener.close()
