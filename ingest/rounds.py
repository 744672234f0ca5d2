"""Which patients are evaluated when: in rounds, because many together cost less each (ADR 0011), and a round in lots,
so that what is published meanwhile is not kept waiting for the whole of it. What may be critical waits for no round;
rules that look at weeks wait until there is nothing else to do (ADR 0030)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from ingest.delivery import Settled

LOT: Final = 25  # patients, some 10 ms
LOT_OF_BACKLOG: Final = 250
LOT_OF_SLOW: Final = 5  # some 10 ms too, for the slow rules read weeks
EVALUATE_AFTER: Final = 0.5  # seconds the oldest stored reading may wait for a lull or a round
SLOW_AFTER: Final = 10.0  # the same for the slow rules


class Lot(NamedTuple):
    """Patients to evaluate together, and whether by the slow rules too."""

    patients: list[str]
    slow: bool = False


NOBODY: Final = Lot([])


@dataclass(slots=True)
class Rounds:
    """`waiting` are patients with readings since the round began, `left` those of the round; `batches` and `begun` are
    how many batches their readings came in. `urgent` are some of `waiting`. `slow` are those who wait for the slow
    rules alone, longest first, and since when. Seconds are monotonic."""

    waiting: set[str] = field(default_factory=set)
    urgent: set[str] = field(default_factory=set)
    since: float = 0.0
    batches: int = 0
    left: list[str] = field(default_factory=list)
    begun: int = 0
    slow: dict[str, float] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        return not self.waiting and not self.left and not self.slow

    def add(self, batch: Iterable[Settled], now: float) -> None:
        """A batch is stored."""
        if not self.waiting:
            self.since = now
        for one in batch:
            self.waiting |= one.patients
            self.urgent |= one.urgent
        self.batches += 1

    def put_off(self, patients: Iterable[str], now: float) -> None:
        """The slow rules were not judged for these."""
        for patient in sorted(patients):
            self.slow.setdefault(patient, now)

    def next_lot(self, now: float, *, lull: bool, backlog: bool) -> Lot:
        """Whom to evaluate now; nobody when nothing is due. `lull`: nothing came; `backlog`: a full batch did, and what
        has waited for hours gains nothing by a lot of its own. The urgent stay in the round, which counts batches."""
        if self.urgent and not backlog and (self.left or not lull):
            lot = sorted(self.urgent)[:LOT]
            self.urgent.difference_update(lot)
            return Lot(lot)
        if not self.left and self.waiting and (lull or now - self.since > EVALUATE_AFTER):
            self._begin()
        size = LOT_OF_BACKLOG if backlog else LOT
        lot, self.left = self.left[:size], self.left[size:]
        if lot:
            return Lot(lot, slow=lull and not self.left and len(lot) <= LOT_OF_SLOW)
        return self._next_slow(now, lull=lull)

    def _next_slow(self, now: float, *, lull: bool) -> Lot:
        """When nothing else is to be done, or too long after."""
        oldest = next(iter(self.slow.values()), now)
        if not lull and now - oldest <= SLOW_AFTER:
            return NOBODY
        lot = list(islice(self.slow, LOT_OF_SLOW))
        for patient in lot:
            del self.slow[patient]
        return Lot(lot, slow=True)

    def everybody(self) -> Lot:
        """All that are left, at the end, when there is no time for the slow rules: what is put off stays queued."""
        everybody = Lot(sorted({*self.left, *self.waiting}))
        self._begin()
        self.left, self.slow = [], {}
        return everybody

    def _begin(self) -> None:
        self.left = [*sorted(self.urgent), *sorted(self.waiting - self.urgent)]
        self.waiting, self.urgent = set(), set()
        self.begun, self.batches = self.begun + self.batches, 0

    def ended(self) -> int:
        """How many batches are evaluated with the lot that was last: those of the round, once nobody is left."""
        if self.left:
            return 0
        batches, self.begun = self.begun, 0
        return batches
