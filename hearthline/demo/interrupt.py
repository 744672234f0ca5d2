"""Ctrl-C in the demo: the first drains, the second ends everything at once, children first, each by its own id."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from hearthline.errors import INTERRUPTED
from hearthline.signals import FIRST, Interruption

AT_ONCE = b"hearthline: ended at once; what is stored stays, the rest of the demo is gone\n"


class DemoInterruption(Interruption):
    """`children` are the process ids to take along."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[int] = []
        self._drawing = self._owed = False

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """A picture is on the terminal, which words would tear: they come below it, when the block has closed it."""
        self._drawing = True
        try:
            yield
        finally:
            self._drawing = False
            if self._owed:
                os.write(2, FIRST)

    def handle(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.interrupted:
            for child in self.children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            os.write(2, b"\n" + AT_ONCE if os.isatty(2) else AT_ONCE)  # a terminal has just echoed ^C
            os._exit(INTERRUPTED)
        if number == signal.SIGINT and self._drawing:
            self.interrupted = self._owed = True
            number = signal.SIGTERM  # which stops as well, without a word
        super().handle(number, frame)
