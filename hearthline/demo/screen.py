"""Where the demo's picture goes: redrawn in place on a terminal, a plain line now and then elsewhere. All to stderr."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol

from rich.console import Console
from rich.live import Live

from hearthline.demo.table import Moment, draw

EVERY_LINE = 5.0  # seconds between two plain lines


class Screen(Protocol):
    def show(self, moment: Moment, seconds: float) -> None:
        """Show the state `seconds` after the start."""


class Drawn:
    """On a terminal: the picture, as high as the window."""

    def __init__(self, console: Console, live: Live) -> None:
        self._console, self._live = console, live

    def show(self, moment: Moment, seconds: float) -> None:
        self._live.update(draw(moment, self._console.width, self._console.height - 1), refresh=True)


class Written:
    """Elsewhere: one line at the beginning, one at the first flag, and one every few seconds."""

    def __init__(self) -> None:
        self._next, self._flagged = 0.0, False

    def show(self, moment: Moment, seconds: float) -> None:
        first_flag = bool(moment.scene.worklist) and not self._flagged
        if seconds >= self._next or first_flag:
            self._next, self._flagged = seconds + EVERY_LINE, self._flagged or first_flag
            say(line(moment, seconds))


def line(moment: Moment, seconds: float) -> str:
    """The picture in one line."""
    counts, flags = moment.scene.counts, len(moment.scene.worklist)
    share = "" if moment.share is None else f" {moment.share:.0%}"
    return (
        f"{seconds:.0f} s: {moment.phase}{share}; received {counts.elements - counts.noted:,}, "
        f"stored {counts.stored:,}, duplicate {counts.duplicate:,}, quarantined {counts.quarantined:,}, "
        f"open flags {flags}"
    )


def say(words: str) -> None:
    """A line to the person, on stderr: stdout carries data alone."""
    print(f"hearthline: {words}", file=sys.stderr, flush=True)  # noqa: T201


@contextlib.contextmanager
def opened() -> Iterator[Screen]:
    """The picture on a terminal, else lines."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Written()
        return
    with Live(console=console, auto_refresh=False, screen=False) as live:
        yield Drawn(console, live)
