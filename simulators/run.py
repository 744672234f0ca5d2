"""A run: steps are fed to the homes when they are due, until everything is answered for or nothing moves any more."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Event
from typing import Final

from simulators.home import Tally
from simulators.street import Street
from simulators.transport_faults import Step

AT_ONCE: Final = 1000  # readings waiting in all homes: a stock Mosquitto drops beyond as many messages (F3), and what
# is answered within the homes' patience is not sent twice
REFILL: Final = 250
GRACE: Final = 3.0
PROGRESS_EVERY: Final = 0.25
FOREVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it so far. `taken` counts readings, `receipted` those with a final receipt, `in_doubt` those with
    an id and without one; `published_messages` counts every send."""

    taken: int
    receipted: int
    in_doubt: int
    published_messages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is played. Steps up to `history_until` go as fast as receipts allow, later ones at `speed` simulated
    seconds a second from when these are answered; `speed` None means that all of it is history, `history_until` None
    that none is. `settle` seconds without anything new end a run that waits for receipts; `stop` ends it soon."""

    settle: float
    speed: float | None = None
    history_until: datetime | None = None
    on_history_done: Callable[[], None] | None = None
    on_progress: Callable[[Played], None] | None = None
    stop: Event | None = None


class Run:
    """`play` blocks until the run is over; `fed` is how many of the steps were taken by then."""

    def __init__(self, street: Street, steps: Sequence[Step], tally: Tally, manner: Manner) -> None:
        self.fed = 0
        self._street = street
        self._steps = steps
        self._tally = tally
        self._manner = manner
        first = steps[0].release if steps else FOREVER
        self._history = FOREVER if manner.speed is None else manner.history_until or first
        self._in_history = True
        self._live_since = 0.0
        self._began = self._moved_at = time.monotonic()
        self._moved = (0, 0, 0)
        self._stop_by: float | None = None
        self._show_at = 0.0

    def play(self) -> Played:
        while not self._over(time.monotonic()):
            self._feed(time.monotonic())
            if self._street.turn():
                self._show(time.monotonic())
        return self.played()

    def played(self) -> Played:
        """The counts now."""
        tally, seconds = self._tally, time.monotonic() - self._began
        return Played(tally.taken, tally.receipted, tally.in_doubt, tally.published, seconds)

    def _horizon(self, now: float) -> datetime:
        """The simulated instant up to which devices have measured."""
        if self._in_history:
            return self._history
        assert self._manner.speed is not None
        return self._history + timedelta(seconds=(now - self._live_since) * self._manner.speed)

    def _feed(self, now: float) -> None:
        waiting = self._street.within_reach
        if self._stop_by is None and waiting <= AT_ONCE - REFILL:
            due = self._due(AT_ONCE - waiting, self._horizon(now))
            if due:
                self._street.take(due)
                self.fed += len(due)

    def _due(self, readings: int, horizon: datetime) -> list[Step]:
        """The next steps up to `horizon`, until they hold so many readings."""
        due = []
        for step in islice(self._steps, self.fed, None):
            if readings <= 0 or step.release > horizon:
                break
            due.append(step)
            readings -= len(step.upload.readings)
        return due

    def _over(self, now: float) -> bool:
        if self._stop_by is None and self._manner.stop is not None and self._manner.stop.is_set():
            self._stop_by = now + min(self._manner.settle, GRACE)
            self._street.come_back()
        if self._stop_by is not None:
            return now >= self._stop_by or not self._street.unanswered
        if self._in_history:
            self._leave_history(now)
        all_fed = self.fed == len(self._steps)
        if all_fed:
            self._street.come_back()
        return (all_fed and not self._street.unanswered) or self._stalled(now, all_fed)

    def _leave_history(self, now: float) -> None:
        """History is done when it is all answered for; only then does the clock of the live part start."""
        if self.fed < len(self._steps) and self._steps[self.fed].release <= self._history:
            return
        self._street.come_back()
        if not self._street.unanswered:
            self._in_history, self._live_since = False, now
            if self._manner.on_history_done is not None:
                self._manner.on_history_done()

    def _stalled(self, now: float, all_fed: bool) -> bool:
        moved = (self.fed, self._tally.receipted, self._tally.first_sends)
        if moved != self._moved:
            self._moved, self._moved_at = moved, now
        paced = not self._in_history and not all_fed
        return not paced and now - self._moved_at > self._manner.settle

    def _show(self, now: float) -> None:
        if self._manner.on_progress is not None and now >= self._show_at:
            self._show_at = now + PROGRESS_EVERY
            self._manner.on_progress(self.played())
