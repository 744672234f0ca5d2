"""SIGTERM and Ctrl-C ask for a clean end; a second Ctrl-C ends at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from hearthline.errors import INTERRUPTED

FIRST: Final = b"hearthline: finishing what was begun; Ctrl-C again ends at once\n"
SECOND: Final = b"hearthline: ended at once; what was not acknowledged comes again\n"


class Interruption:
    """`stop` is set by the first signal; `interrupted` says whether it was Ctrl-C."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.interrupted = False

    def handle(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.interrupted:
            os.write(2, SECOND)
            os._exit(INTERRUPTED)
        if number == signal.SIGINT:
            self.interrupted = True
            os.write(2, FIRST)
        # from a thread: the main one may hold the event's lock just now, and a handler runs on top of it
        threading.Thread(target=self.stop.set).start()


@contextmanager
def catching_signals() -> Iterator[Interruption]:
    """Inside, SIGTERM and SIGINT set `stop` instead of raising; afterwards they do what they did before."""
    interruption = Interruption()
    before = {number: signal.signal(number, interruption.handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
