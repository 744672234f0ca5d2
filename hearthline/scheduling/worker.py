"""`reports worker`: works through schedules for as long as it runs; of several the others wait for the one to die."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final

import structlog
from sqlalchemy import Engine

from hearthline.scheduling.desk import idle_seconds, mail_server, opened_desk
from hearthline.scheduling.lease import kept, waiting_for_lease
from hearthline.settings import Settings
from ingest.lease import LOOKS, Lease, LeaseLostError
from ingest.patience import Patience
from models.engine import open_writer
from reports.schedule.work import work_once

PAUSE: Final = 5.0  # seconds between two looks at what is due, or the length of a lease that is shorter
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Worker:
    """`tell` hears READY=1 once the lease is held or waited for, WATCHDOG=1 while it works, and STOPPING=1."""

    settings: Settings
    clock: Callable[[], datetime]
    stop: Event
    tell: Callable[[str], None]

    def run(self) -> None:
        """Until told to stop. What is being made then is not made; what was made is there."""
        mail_server(self.settings.mail)  # a setting that cannot be read is said before anything is waited for
        writer = open_writer(self.settings.database.url, idle_seconds=idle_seconds(self.settings))
        patience = Patience(self.stop, beat=self._beat)
        try:
            while (lease := self._hold(writer, patience)) is not None:
                try:
                    self._work(lease, writer, patience)
                except LeaseLostError as lost:
                    log.warning("lease.lost", slot=lease.slot, cause=str(lost), does="waits for the slot")
        finally:
            self.tell("STOPPING=1")
            writer.dispose()

    def _hold(self, writer: Engine, patience: Patience) -> Lease | None:
        length, got = self.settings.reports.lease, list[Lease | None]()
        waiting = waiting_for_lease(writer, length, self.clock, standby=True)
        while not self.stop.is_set():
            patience.persist(lambda: got.append(waiting.attempt()))
            self.tell("READY=1")
            if got and got[-1] is not None:
                return got[-1]
            self._beat()
            self.stop.wait(length / LOOKS)
        return None

    def _work(self, lease: Lease, writer: Engine, patience: Patience) -> None:
        with (
            kept(lease, writer, self.clock) as keeping,
            opened_desk(self.settings, lease.fence, self.clock, self.stop, lambda _done: self._beat()) as desk,
        ):
            while not self.stop.is_set() and not keeping.lost.is_set():
                patience.persist(lambda: work_once(desk))
                self._beat()
                self.stop.wait(min(PAUSE, self.settings.reports.lease))

    def _beat(self) -> None:
        self.tell("WATCHDOG=1")
