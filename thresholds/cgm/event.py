"""Events of a sensor: so long in one condition begins one, 15 min in another ends it (clinical reference §3.5).

A missing sample starts the beginning again, and the end, but never ends an event. What clinical convention counts as
15 min are three samples at 5 min: 10 min from the first to the third.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from thresholds.cgm.cadence import USUAL, Cadence
from thresholds.fold import Breach, Course, Moment, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.types import Case, Found, Rule, Sample, SoFar
from thresholds.witness import watching

QUARTER: Final = timedelta(minutes=9, seconds=30)  # from first to last; half a minute is left for jitter


class Entry(Protocol):
    """What begins an event. `pending` are the breaches it would begin with."""

    @property
    def pending(self) -> Sequence[Breach]: ...

    def step(self, at: datetime, breaches: Sequence[Breach], spacing: timedelta | None) -> bool:
        """Take the next moment, `spacing` after the one before (None: a sample is missing): does an event begin?"""


@dataclass(slots=True)
class Run:
    """Moments in a row that hold a condition, none missing between them."""

    long: timedelta
    first_at: datetime | None = None

    def step(self, at: datetime, holds: bool, spacing: timedelta | None) -> bool:
        """Take the next moment: whether the run is now long enough."""
        if not holds:
            self.first_at = None
        elif self.first_at is None or spacing is None:
            self.first_at = at
        return self.first_at is not None and at - self.first_at >= self.long


class InARow:
    """Entry: breaches in a row for `long` from the first to the last."""

    def __init__(self, long: timedelta) -> None:
        self.run = Run(long)
        self.pending: list[Breach] = []

    def step(self, at: datetime, breaches: Sequence[Breach], spacing: timedelta | None) -> bool:
        complete = self.run.step(at, bool(breaches), spacing)
        if self.run.first_at in {None, at}:
            self.pending = []
        self.pending.extend(breaches)
        return complete


class Together:
    """Entry: breaches that add up to `long` within (at - `within`, at]. A sample stands for the time since the one
    before it, and for 5 min where that is missing: a gap adds nothing."""

    def __init__(self, long: timedelta, within: timedelta) -> None:
        self.long, self.within = long, within
        self.parts: deque[tuple[datetime, timedelta, Sequence[Breach]]] = deque()

    def step(self, at: datetime, breaches: Sequence[Breach], spacing: timedelta | None) -> bool:
        while self.parts and at - self.parts[0][0] >= self.within:
            self.parts.popleft()
        if breaches:
            self.parts.append((at, USUAL if spacing is None else spacing, breaches))
        return sum((part for _, part, _ in self.parts), timedelta(0)) >= self.long

    @property
    def pending(self) -> Sequence[Breach]:
        return [breach for _, _, breaches in self.parts for breach in breaches]


@dataclass(frozen=True, slots=True)
class Kind:
    """One rule's events. `breach` judges a sample; `over` says whether a sample counts towards the end."""

    rule: str
    breach: Callable[[Sample, Bounds], Breach | None]
    over: Callable[[Sample, Bounds], bool]
    entry: Callable[[], Entry]


class Event:
    """At any moment either no event, perhaps with breaches pending, or an event that waits for its end."""

    def __init__(self, kind: Kind, bounds_at: Callable[[datetime], Bounds], so_far: SoFar | None = None) -> None:
        self.kind, self.bounds_at = kind, bounds_at
        self.entry, self.end = kind.entry(), Run(QUARTER)
        self.course = Course.under_way(kind.rule, so_far)
        if so_far is not None and so_far.extra:
            self.end.first_at = datetime.fromisoformat(so_far.extra)

    def take(self, moment: Moment, spacing: timedelta | None) -> Found | None:
        """Judge the next moment: the event when this moment ends it, else None."""
        at, bounds = moment[0].at, self.bounds_at(moment[0].at)
        breaches = [found for sample in moment if (found := self.kind.breach(sample, bounds))]
        if witness := watching():
            witness.breached.update(breach.sample.id for breach in breaches)
        if self.course is None:
            if self.entry.step(at, breaches, spacing):
                self.course, self.end = Course.begin(self.kind.rule, self.entry.pending), Run(QUARTER)
            return None
        self.course.keep(at, "" if self.end.first_at is None else self.end.first_at.isoformat())
        self.course.join(breaches)
        if not self.end.step(at, all(self.kind.over(sample, bounds) for sample in moment), spacing):
            return None
        ended, self.course, self.entry = self.course.found("ended", ended_at=at), None, self.kind.entry()
        return ended


def fold_events(
    rule: Rule, kind: Kind, samples: Sequence[Sample], start: datetime, case: Case, *, doubtful: bool
) -> list[Found]:
    """Moments before `start` only tell the sensor's rhythm.

    Breaches before `start` need not be known: with `entry` subtracted, an event that they begin is complete before
    anything changed (then it is under way at `start`, which the caller excludes) or is never completed.
    """
    cadence, event = Cadence(), Event(kind, bounds_of(rule, case), case.under_way)
    episodes: list[Found] = []
    history: Iterable[Moment] = moments(samples, doubtful=doubtful)
    if samples and samples[-1].at < start:
        history = deque(history, maxlen=0)  # nobody asks for the rhythm
    for moment in history:
        spacing = cadence.move(moment[0].at)
        if moment[0].at >= start and (ended := event.take(moment, spacing)):
            episodes.append(ended)
    return [*episodes, event.course.found("lasting")] if event.course else episodes
