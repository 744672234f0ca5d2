"""Ctrl-C in the demo: the first drains, the second ends everything at once, children first, each by its own id."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from hearthline.errors import INTERRUPTED
from hearthline.signals import Interruption

AT_ONCE = b"hearthline: ended at once; what is stored stays, the rest of the demo is gone\n"


class DemoInterruption(Interruption):
    """`children` are the process ids to take along."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[int] = []

    def handle(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.interrupted:
            for child in self.children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            os.write(2, AT_ONCE)
            os._exit(INTERRUPTED)
        super().handle(number, frame)


@contextlib.contextmanager
def catching() -> Iterator[DemoInterruption]:
    """Inside, SIGTERM and Ctrl-C ask for a clean end; afterwards they do what they did before."""
    interruption = DemoInterruption()
    before = {number: signal.signal(number, interruption.handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
