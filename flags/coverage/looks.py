"""Which samples a rule looks at, and where it has too little to judge by: asked of its fold, which alone knows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from flags.explain.figures import ENOUGH
from thresholds.types import Case, Rule, Sample
from thresholds.witness import Witness, watched_by

Moments = Sequence[Sequence[Sample]]
Split = dict[tuple[int, bool], tuple[Iterable[Sample], Moments]]
"""Samples by instants, so that they are split once for all rules of a stream: by the identity of what was split, which
is kept beside so that it stays its own, and whether doubtful clocks are among them."""


class Looks(NamedTuple):
    """The samples that the rule looked at, and ids of those at which there was too little to judge by."""

    samples: Sequence[Sample]
    lacking: frozenset[UUID]


class Looking(Witness):
    """A witness of rules that judge nothing: only what they look at and whether it is enough."""

    def __init__(self, rule: Rule, split: Split) -> None:
        super().__init__(lambda _sample, _window: None)
        self.rule, self.split = rule, split
        self.lacking: set[UUID] = set()
        self.taken: list[Moments] = []

    def beside(
        self, samples: Iterable[Sample], split: Callable[[], Iterator[Sequence[Sample]]], *, doubtful: bool
    ) -> Iterator[Sequence[Sample]]:
        key = id(samples), doubtful
        if key not in self.split:
            self.split[key] = samples, list(split())
        moments = self.split[key][1]
        self.taken.append(moments)
        return iter(moments)

    def moved(self, moment: Sequence[Sample], window: object) -> None:
        judge = ENOUGH.get(type(window))
        if judge is None:
            return
        if not judge(window, self.rule):
            self.lacking.update([sample.id for sample in moment])
        elif self.lacking:
            self.lacking.difference_update([sample.id for sample in moment])


def looks_of(rule: Rule, samples: Sequence[Sample], case: Case, split: Split) -> Looks:
    looking = Looking(rule, split)
    with watched_by(looking):
        rule.fold(samples, case.now, case)
    return Looks(_looked_at(samples, looking.taken), frozenset(looking.lacking))


def _looked_at(samples: Sequence[Sample], taken: Sequence[Moments]) -> Sequence[Sample]:
    """The very samples where all were looked at."""
    if len(taken) == 1 and sum(map(len, taken[0])) == len(samples):
        return samples
    seen = {sample.id for moments in taken for moment in moments for sample in moment}
    return samples if len(seen) == len(samples) else [each for each in samples if each.id in seen]
