"""Slots that nobody works under any more: what waits in their sessions is fetched, so that nothing stays parked (F4).

The broker goes on giving a dead worker's session its share of a shared subscription. So each worker looks at the rows
of the others and takes over a slot that was left, or whose holder died: it unsubscribes it, empties it, forgets it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from ingest.lease import LOOKS, Lease, LeaseLostError, Stillness, abandoned, look_at, steady_seconds, take_slot
from ingest.turn import Work, drop, finish, turn

log = structlog.get_logger()


@dataclass(slots=True)
class Keeper:
    """Beside the worker's `own` seat, in its thread; one adopted slot at a time. `sit_down` connects under a lease and
    unsubscribes. `moved` is when the adopted session last gave something or was not there, by `steady_seconds`."""

    own: Work
    sit_down: Callable[[Lease], Work]
    stillness: Stillness = field(init=False)
    looked: float = field(default_factory=steady_seconds)
    adopted: Work | None = None
    moved: float = 0.0

    def __post_init__(self) -> None:
        self.stillness = Stillness(2 * self.own.lease.length / LOOKS)

    def turn(self) -> None:
        """A look at the rows when it is time for one, or a turn at the adopted slot."""
        if self.adopted is not None:
            self._empty(self.adopted)
        elif steady_seconds() - self.looked > self.own.lease.length / LOOKS:
            self.looked = steady_seconds()
            self.own.patience.persist(self._look)

    def finish(self) -> None:
        if self.adopted is not None:
            finish(self.adopted)

    def drop(self) -> None:
        if self.adopted is not None:
            drop(self.adopted)

    def _look(self) -> None:
        """Adopt a slot that nobody held for the length of a lease. Its share is given up only while we are subscribed
        ourselves: somebody must be."""
        writer, length = self.own.writer, self.own.lease.length
        rows, still = look_at(writer, self.stillness)
        left = abandoned(rows, still, length, but=self.own.lease.slot)
        if left is None or not self.own.subscriber.settled.is_set():
            return
        lease = take_slot(writer, left.slot, left, length, self.own.settings.clock())
        if lease is not None:
            log.info("slot.adopted", slot=left.slot)
            self.adopted, self.moved = self.sit_down(lease), steady_seconds()

    def _empty(self, work: Work) -> None:
        """Until nothing came for the length of a lease."""
        try:
            if turn(work, patience=0) or not work.subscriber.settled.is_set():
                self.moved = steady_seconds()
        except LeaseLostError as lost:
            log.info("slot.given_back", slot=work.lease.slot, cause=str(lost))
            drop(work)
            self.adopted = None
            return
        if work.subscriber.refused is not None or steady_seconds() - self.moved > work.lease.length:
            self._end(work)

    def _end(self, work: Work) -> None:
        self.adopted = None
        if work.subscriber.refused is None:
            drop(work)
            work.patience.persist(lambda: work.lease.retire(work.writer))
            log.info("slot.retired", slot=work.lease.slot)
        else:
            finish(work)
