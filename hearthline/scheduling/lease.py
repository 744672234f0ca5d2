"""One at a time works through schedules: whoever holds the lease, kept beside work that takes longer than it lasts."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ingest.lease import LOOKS, Lease, LeaseLostError, Stillness, Wait, steady_seconds

KIND: Final = "reports"
SLOT: Final = 0
END_SECONDS: Final = 5.0
log = structlog.get_logger()


def waiting_for_lease(writer: Engine, length: float, clock: Callable[[], datetime], *, standby: bool) -> Wait:
    """Its `attempt` raises SlotHeldError when another is at work, unless `standby`."""
    stillness = Stillness(2 * length / LOOKS, steady_seconds)
    return Wait(writer, SLOT, length, clock, standby, stillness, kind=KIND)


class Keeping:
    """Renews the lease in a thread of its own. `lost` is set when another has it."""

    def __init__(self, lease: Lease, writer: Engine, clock: Callable[[], datetime]) -> None:
        self._lease, self._writer, self._clock = lease, writer, clock
        self.lost, self._over = Event(), Event()
        self._thread = Thread(target=self._keep, daemon=True, name="lease")

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join(END_SECONDS)

    def _keep(self) -> None:
        while not self._over.wait(self._lease.length / LOOKS):
            try:
                self._lease.renew(self._writer, self._clock(), None)
            except LeaseLostError:
                self.lost.set()
                return
            except DBAPIError:
                continue  # whoever works meanwhile finds out, and says so


@contextlib.contextmanager
def kept(lease: Lease, writer: Engine, clock: Callable[[], datetime]) -> Iterator[Keeping]:
    """Renewed while the block lasts; left when it ends without an exception or because a person ended it."""
    keeping = Keeping(lease, writer, clock)
    keeping.start()
    try:
        yield keeping
    finally:
        keeping.end()
        if not keeping.lost.is_set():
            with contextlib.suppress(DBAPIError):
                lease.leave(writer, clock())
