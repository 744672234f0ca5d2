"""Which patients are evaluated when: in rounds, because many together cost less each (ADR 0011), and a round in lots,
so that what is published meanwhile is not kept waiting for the whole of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

LOT: Final = 50  # patients, some 10 ms
LOT_OF_BACKLOG: Final = 250
EVALUATE_AFTER: Final = 0.1  # seconds the oldest stored reading may wait for its evaluation to begin
CATCHING_UP: Final = 0.5  # the same while full batches come: what has waited for hours is evaluated for half the cost


@dataclass(slots=True)
class Rounds:
    """`waiting` are patients with readings since the round began, `left` those of the round; `batches` and `begun` are
    how many batches their readings came in. Seconds are monotonic."""

    waiting: set[str] = field(default_factory=set)
    since: float = 0.0
    batches: int = 0
    left: list[str] = field(default_factory=list)
    begun: int = 0

    @property
    def idle(self) -> bool:
        return not self.waiting and not self.left

    def add(self, patients: Iterable[str], now: float) -> None:
        """A batch is stored; these have new readings."""
        if not self.waiting:
            self.since = now
        self.waiting.update(patients)
        self.batches += 1

    def next_lot(self, now: float, *, lull: bool, backlog: bool) -> list[str]:
        """Whom to evaluate now; nobody when nothing is due. `lull`: nothing came; `backlog`: a full batch did."""
        due = lull or now - self.since > (CATCHING_UP if backlog else EVALUATE_AFTER)
        if not self.left and self.waiting and due:
            self._begin()
        size = LOT_OF_BACKLOG if backlog else LOT
        lot, self.left = self.left[:size], self.left[size:]
        return lot

    def everybody(self) -> list[str]:
        """All that are left, at the end."""
        everybody = sorted({*self.left, *self.waiting})
        self._begin()
        self.left = []
        return everybody

    def _begin(self) -> None:
        self.left, self.waiting = sorted(self.waiting), set()
        self.begun, self.batches = self.begun + self.batches, 0

    def ended(self) -> int:
        """How many batches are evaluated with the lot that was last: those of the round, once nobody is left."""
        if self.left:
            return 0
        batches, self.begun = self.begun, 0
        return batches
