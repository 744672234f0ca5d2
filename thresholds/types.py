"""What a rule sees and what it answers. All instants are aware UTC measured times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

from thresholds.parameters import Amount as Amount
from thresholds.parameters import Limit as Limit
from thresholds.parameters import Parameter as Parameter


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored reading of one stream. `doubtful`: its clock cannot be trusted, so no rate or trend may use it.
    `doubts`: marks of `thresholds.doubt`, that of the clock among them; trends leave out what has certain ones."""

    id: UUID
    at: datetime
    values: Mapping[str, Amount]
    context: Mapping[str, str] = field(default_factory=dict)
    doubtful: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated statement about the patient, such as condition=heart_failure, half-open [from_at, until_at)."""

    name: str
    value: str
    from_at: datetime
    until_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Readings of a stream are expected in [from_at, until_at) although none may ever have come, because of a
    programme."""

    stream: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SoFar:
    """An episode as it stood after the sample at `at`, so that it need not be read from its start again (ADR 0020).

    `worth` and `figure` are of the worst and of the newest breach; `extra` is what its fold keeps beside; `left_out`
    as in `Found`, up to then.
    """

    at: datetime
    first: Sample
    worst: Sample
    newest: Sample
    severity: str
    breaches: int
    worth: Decimal
    figure: str | None
    extra: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """The patient at hand. `now` decides only what depends on waiting; `open_gap` says whether the silence after the
    newest sample may be judged (the sweep's privilege). `awaited`: which streams exist before their first reading.
    `under_way`: an episode of the rule at hand as it stood right before the fold starts."""

    zone: str
    now: datetime
    facts: Sequence[Fact] = ()
    open_gap: bool = False
    limits: Sequence[Limit] = ()
    awaited: Sequence[Awaited] = ()
    under_way: SoFar | None = None

    def has(self, name: str, value: str, at: datetime) -> bool:
        return any(fact.name == name and fact.value == value and fact.holds(at) for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Found:
    """An episode. `last_at` is the newest breach; `ended_at` the sample that ended it, None while it lasts.

    `state`: lasting, ended, awaiting (confirmation), not_confirmed. `figure` is what was compared when that is not a
    value of one sample (a median, a gain, a gap). `worth` orders the worst samples of one rule's episodes, more being
    worse. `recheck_at`: when waiting alone may change the answer. `left_out`: how many doubtful readings the rule did
    without. `so_far`: of an episode that lasts, how it stood before the newest sample, where that did not begin it.
    """

    rule: str
    severity: str
    state: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None
    breaches: int
    first: Sample
    worst: Sample
    newest: Sample
    figure: str | None = None
    worth: Decimal = Decimal(0)
    recheck_at: datetime | None = None
    left_out: int = 0
    so_far: SoFar | None = None


Fold = Callable[[Sequence[Sample], datetime, Case], list[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data beside one pure function.

    `fold(samples, start, case)` gets the stream's samples ordered by (at, id), from `lookback` before `start` to the
    newest (plus the newest sample older than that, if any), and returns, oldest first, every episode with
    `started_at >= start`; the caller guarantees that no episode of this rule is under way at `start`.
    A silence rule also returns episodes that started before `start` and were not over before it: a gap comes to light
    with the reading that ends it. The older sample must be one that counts for it (good clock, the patient's own).
    `severity`: where the rule begins; `words` say when it rises.
    `interest`: where set, `lookback` matters only when what it answers for a case holds for a sample from `start` on.
    `entry`: how long before the sample that completes a breach an episode may have started.
    `closes_itself`: its flag closes with its episode whatever its severity.
    `facts`: names of facts (`thresholds.facts.FACTS`) without which it cannot judge.
    `slow`: it looks at weeks and is costly, and may be judged when nothing more urgent waits (ADR 0030).
    `lingers`: how long after its end the fact that it `needs` still counts.
    `unless`: not for patients with any of these facts.
    `parameters`: the numbers that may be set for a patient.
    `on`: whether it is evaluated; a rule that is off is described and tested, and raises nothing.
    """

    id: str
    words: str
    limit: str
    stream: str
    severity: str
    source: str
    standing: str
    fold: Fold
    lookback: timedelta = timedelta(0)
    interest: Callable[[Case], Callable[[Sample], bool]] | None = None
    entry: timedelta = timedelta(0)
    needs: tuple[str, str] | None = None
    closes_itself: bool = False
    facts: tuple[str, ...] = ()
    slow: bool = False
    lingers: timedelta = timedelta(0)
    unless: tuple[tuple[str, str], ...] = ()
    on: bool = True
    parameters: tuple[Parameter, ...] = ()

    def has(self, name: str) -> bool:
        return name in named(self.parameters)

    def parameter(self, name: str) -> Parameter:
        """Raises KeyError for a name that the rule does not have."""
        return named(self.parameters)[name]


@cache
def named(parameters: tuple[Parameter, ...]) -> Mapping[str, Parameter]:
    return {each.name: each for each in parameters}


SEVERITIES = ("CRIT", "HIGH", "MOD", "INFO")
