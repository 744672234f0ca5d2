"""Looking at the demo while it runs: once a second, and oftener until the first flag is there."""

import math
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event

from sqlalchemy import Engine

from hearthline.demo.children import Child
from hearthline.demo.days import Pace
from hearthline.demo.player import Player
from hearthline.demo.scene import Scene, look
from hearthline.demo.screen import Screen
from hearthline.demo.table import Moment
from hearthline.errors import NO, Failure

REDRAW = 1.0
UNTIL_FIRST_FLAG = 0.25
LEFT = 4 << 20  # bytes of disk below which ingest could only wait


class Watch:
    """`began` is the monotonic start of the command; `first_flag` the seconds from there to the first flag seen."""

    def __init__(
        self, reader: Engine, player: Player, children: Sequence[Child], clock: Callable[[], datetime], began: float
    ) -> None:
        self.first_flag: float | None = None
        self._reader, self._player, self._children, self._clock, self._began = reader, player, children, clock, began
        self._before = (0.0, 0)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def play(self, screen: Screen, stop: Event, until: float | None) -> None:
        """Show until all is played and judged, `stop` is set or `until` seconds are over."""
        end = math.inf if until is None else until
        while not stop.is_set() and self.seconds < end:
            all_played = self._player.done
            if self.step(screen).quiet and all_played:
                return
            pause = UNTIL_FIRST_FLAG if self.first_flag is None or all_played else REDRAW
            stop.wait(max(min(pause, end - self.seconds), 0.0))

    def step(self, screen: Screen) -> Scene:
        """One look: raises Failure when a child is gone or the disk is full."""
        for child in self._children:
            child.check()
        check_room(self._children[0].log.parent)
        scene = look(self._reader, self._clock())
        if scene.worklist and self.first_flag is None:
            self.first_flag = self.seconds
        screen.show(Moment(scene, *self._phase(), self._rate(scene)), self.seconds)
        return scene

    def _phase(self) -> tuple[str, float | None]:
        if self._player.done:
            return "judging the last readings", None
        if self._player.pace is not None:
            return live_words(self._player.pace, time.monotonic()), None
        if self._player.history is None:
            return "planning the days", None
        return "history", min(self._player.answered / max(self._player.history, 1), 1.0)

    def _rate(self, scene: Scene) -> float:
        """Readings a second since the last look."""
        (then, before), now, count = self._before, self.seconds, scene.counts.elements - scene.counts.noted
        self._before = now, count
        return (count - before) / max(now - then, 0.001)


def live_words(pace: Pace, seconds: float) -> str:
    if pace.speed == 1.0:
        return "live, as time goes by (Ctrl-C ends)"
    return f"live, {pace.speed:.0f} times as fast: {pace.at(seconds):%a %d %b %H:%M} UTC in the homes (Ctrl-C ends)"


def check_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < LEFT:
        raise Failure(f"the disk is full at {folder}", "make room and start again", NO)
