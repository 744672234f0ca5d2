"""After a death: what the dead worker may have had in hand is decoded one by one, in a child that may die of it.

Only a payload that was alone in decode at two deaths is given up; a child that was told to end, or ended before it
began, says nothing about the payload. Memory and time of the child are bounded, so that what would have taken the
machine down takes the child alone.
"""

import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

import structlog

from ingest.alone import serve
from ingest.decode import Decode
from ingest.decoded import Outcome, Rejected
from ingest.delivery import Decoding, Delivery

WINDOW: Final = 2_000  # messages that may have been in hand: what the broker's configuration allows
DEATHS: Final = 2
ATTEMPTS: Final = 20  # starts for one payload, before it is our fault and not the payload's
OUTSIDE: Final = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGQUIT, -signal.SIGSTOP})
CRASHED: Final = "decode.crashed_worker"
log = structlog.get_logger()


@dataclass(slots=True)
class Careful:
    """`left`: how many messages are still decoded this way."""

    decode: Decode
    left: int = WINDOW
    line: Connection | None = None
    process: BaseProcess | None = None
    ready: bool = False

    def decode_each(self, batch: Sequence[Delivery], between: Callable[[], object]) -> list[Decoding]:
        """As decode would have said, or CRASHED; `between` is called before each."""
        decodings = []
        for one in batch:
            between()
            decodings.append(Decoding(one, self._outcomes(one)))
        self.left -= len(batch)
        if self.left <= 0:
            self.close()
        return decodings

    def close(self) -> None:
        """The child ends when nobody is at the other end of its line."""
        if self.line is not None and self.process is not None:
            self.line.close()
            self.process.join()
        self.line = self.process = None

    def _outcomes(self, one: Delivery) -> list[Outcome]:
        deaths = 0
        for _ in range(ATTEMPTS):
            began, outcomes = self._ask(one)
            if outcomes is not None:
                return outcomes
            deaths += self._bury() and began
            if deaths == DEATHS:
                log.error("decode.crashed_worker", message=str(one.id))
                return [Rejected(0, CRASHED, "", "decoding it ended the process, twice")]
        raise RuntimeError("no process that decodes lives long enough to begin")

    def _ask(self, one: Delivery) -> tuple[bool, list[Outcome] | None]:
        """Whether decode began, and what it said; None when the child died."""
        line, began = self.line or self.start(), False
        with suppress(EOFError, OSError):
            self._await(line, None)
            line.send((one.payload, one.topic, one.received_at))
            line.recv()
            began = True
            return began, line.recv()
        return began, None

    def make_ready(self, seconds: float) -> None:
        """Before messages come, wait so long at most: they should not wait for the child's start."""
        with suppress(EOFError, OSError):
            self._await(self.line or self.start(), seconds)

    def _await(self, line: Connection, seconds: float | None) -> None:
        """Until the child is there."""
        if not self.ready and line.poll(seconds):
            line.recv()
            self.ready = True

    def start(self) -> Connection:
        """A new interpreter, for this one has threads and holds locks and connections."""
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.decode), daemon=True)
        self.process.start()
        theirs.close()
        self.line, self.ready = ours, False
        return ours

    def _bury(self) -> bool:
        """Whether it died by itself."""
        assert self.process is not None
        process = self.process
        self.close()
        return process.exitcode not in OUTSIDE
