"""What evaluation did, counted: for whoever measures it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from flags.states import FlagState

Kind = tuple[str, str]  # rule, severity


@dataclass(slots=True)
class FlagTally:
    """Since it was made; only what was committed counts. `failures` are evaluations of one patient that raised."""

    raised: Counter[Kind] = field(default_factory=Counter)
    withdrawn: Counter[Kind] = field(default_factory=Counter)
    failures: int = 0

    def count(self, changed: Iterable[FlagState], known: set[UUID]) -> None:
        """`known`: the flags that there were before."""
        for flag in changed:
            if flag.id not in known:
                self.raised[flag.rule, flag.severity] += 1
            elif flag.status == "withdrawn":
                self.withdrawn[flag.rule, flag.severity] += 1
