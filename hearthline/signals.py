"""SIGTERM and Ctrl-C ask for a clean end; a second Ctrl-C ends at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Final, TypeVar

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


Caught = TypeVar("Caught", bound=Interruption)


@contextmanager
def catching(interruption: Caught) -> Iterator[Caught]:
    """Inside, SIGTERM and SIGINT go to `interruption` instead of raising; afterwards they do what they did before."""
    before = {number: signal.signal(number, interruption.handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def catching_signals() -> AbstractContextManager[Interruption]:
    """For a command that ends when `stop` is set."""
    return catching(Interruption())
