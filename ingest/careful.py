"""After a death: what the dead worker may have had in hand is decoded one by one, in a child that may die of it.

Only a payload that was alone in decode at two deaths is given up; a child that was told to end, or ended before it
began, says nothing about the payload. Memory and time of the child are bounded, so that what would have taken the
machine down takes the child alone.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

import structlog

from ingest.decode import Decode
from ingest.decoded import Outcome, Rejected
from ingest.delivery import Decoding, Delivery

WINDOW: Final = 2_000  # messages that may have been in hand: what the broker's configuration allows
DEATHS: Final = 2
ATTEMPTS: Final = 20  # starts for one payload, before it is our fault and not the payload's
CPU_SECONDS: Final = 2  # 64 KiB take milliseconds, and two deaths have to fit into a lease
MEMORY: Final = 2 << 30
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
        line, began = self.line or self._start(), False
        with suppress(EOFError, OSError):
            line.send((one.payload, one.topic, one.received_at))
            line.recv()
            began = True
            return began, line.recv()
        return began, None

    def _start(self) -> Connection:
        """A new interpreter: this one has threads, and is as large as what it holds."""
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.decode), daemon=True)
        self.process.start()
        theirs.close()
        self.line = ours
        return ours

    def _bury(self) -> bool:
        """Whether it died by itself."""
        assert self.process is not None
        process = self.process
        self.close()
        return process.exitcode not in OUTSIDE


def serve(line: Connection, decode: Decode) -> None:
    """In the child: decode what comes, say when it begins, until nobody asks any more."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # a lower limit may be set already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(EOFError):
        while True:
            payload, topic, received_at = line.recv()
            _, most = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS, most))
            line.send(None)
            try:
                outcomes = decode(payload, topic, received_at)
            except BaseException:  # noqa: BLE001, RUF100  out of memory, or a bug: in the worker it would be the end too
                os._exit(1)
            line.send(outcomes)
