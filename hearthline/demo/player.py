"""The simulated homes, played in a thread of their own while the main one draws."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from operator import add
from threading import Event, Thread

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hearthline.demo.days import Pace, Part
from hearthline.demo.place import LOOPBACK
from hearthline.enrol import enrol_planned
from hearthline.simulation import FAULTS
from simulators.plan import PlannedPatient
from simulators.play import play
from simulators.run import Played

SETTLE = 30.0


class Player:
    """`taken`, `answered` and `in_doubt` count readings over all parts so far. `history` is how many of them the first
    part plays as fast as it goes, None until that is planned; `pace` is None until they are answered."""

    def __init__(
        self, plan_days: Callable[[], Sequence[Part]], port: int, writer: Engine, clock: Callable[[], datetime]
    ) -> None:
        self.taken = self.answered = self.in_doubt = 0
        self.pace: Pace | None = None
        self.history: int | None = None
        self._plan_days, self._port, self._writer, self._clock = plan_days, port, writer, clock
        self._stop, self._planned = Event(), Event()
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, name="homes", daemon=True)

    @property
    def done(self) -> bool:
        """All is played; raises what ended it before its time."""
        if self._error is not None:
            raise self._error
        return not self._thread.is_alive()

    @property
    def planned(self) -> bool:
        """The days are planned; before that nothing was sent, so that nothing is lost when it ends."""
        return self._planned.is_set()

    @contextlib.contextmanager
    def playing(self) -> Iterator[None]:
        """Play while the block runs; afterwards the devices get a moment for their last receipts. Who still plans is
        left alone with it: a plan of many patients takes minutes, and its thread ends with this process."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            if self.planned:
                self._thread.join()

    def _run(self) -> None:
        try:
            parts = self._plan_days()
            self._planned.set()
            if self._stop.is_set():  # after saying so: whoever stops us either waits for us or is seen here
                return
            self.history = parts[0].history
            self._enrol(parts[0].plan.patients)
            for part in parts:
                if not self._stop.is_set():
                    self._play(part)
        except Exception as error:  # carried to the main thread, which raises it
            self._error = error

    def _enrol(self, patients: Sequence[PlannedPatient]) -> None:
        with Session(self._writer) as session, session.begin():
            for patient in patients:
                enrol_planned(session, patient, self._clock())

    def _play(self, part: Part) -> None:
        before = self.taken, self.answered, self.in_doubt

        def count(played: Played) -> None:
            now = played.taken, played.receipted, played.in_doubt
            self.taken, self.answered, self.in_doubt = map(add, before, now)

        count(
            play(
                part.plan, host=LOOPBACK, port=self._port, enrol=lambda _patient: None, speed=part.speed, settle=SETTLE,
                faults=FAULTS, history_until=part.history_until, on_history_done=partial(self._go_live, part),
                on_progress=count, stop=self._stop,
            )
        )  # fmt: skip

    def _go_live(self, part: Part) -> None:
        if part.history_until is not None and part.speed is not None:
            self.pace = Pace(part.history_until, time.monotonic(), part.speed)
