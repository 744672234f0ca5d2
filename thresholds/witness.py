"""What a fold did with each reading, for whoever explains it.

The folds are the only place that knows, and nothing of it is kept where nobody watches. A context variable carries the
witness, because a parameter would have to pass through every rule for the sake of one command (ADR 0022).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from thresholds.types import Sample

TOO_EARLY: Final = "too early to confirm"
Describe = Callable[[Sample, object], None]


@dataclass(slots=True)
class Witness:
    """Ids of the samples that a rule looked at, that breach as it judges them, and that joined an episode; what it said
    of an instant that counts for nothing. `describe` gets each sample with the rule's window just moved to it."""

    describe: Describe
    looked_at: set[UUID] = field(default_factory=set)
    breached: set[UUID] = field(default_factory=set)
    joined: set[UUID] = field(default_factory=set)
    said: dict[datetime, str] = field(default_factory=dict)

    def beside(
        self, samples: Iterable[Sample], split: Callable[[], Iterator[Sequence[Sample]]], *, doubtful: bool
    ) -> Iterator[Sequence[Sample]]:
        """What `split` makes of the samples, noted as it is looked at."""
        looked_at = self.looked_at.add
        for moment in split():
            for sample in moment:
                looked_at(sample.id)
            yield moment

    def moved(self, moment: Sequence[Sample], window: object) -> None:
        for sample in moment:
            self.describe(sample, window)


_WATCHING: Final[ContextVar[Witness | None]] = ContextVar("watching", default=None)


def say(at: datetime, words: str) -> None:
    """Why the instant counts for nothing."""
    witness = watching()
    if witness is not None:
        witness.said[at] = words


def watching() -> Witness | None:
    return _WATCHING.get()


@contextmanager
def watched_by(witness: Witness) -> Iterator[Witness]:
    """Every fold in the block, in this thread or task, tells the witness."""
    token = _WATCHING.set(witness)
    try:
        yield witness
    finally:
        _WATCHING.reset(token)
