"""From samples to episodes: the default fold, and an episode in the making for the rules that need their own.

Everything is judged instant by instant: values measured at one instant have no order in time, so the instant
breaches when any of them does. So an episode never ends at the instant at which the next one starts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar

from models.measures import NOT_A_PATIENT
from thresholds.limits import Bounds, bounds_of
from thresholds.types import SEVERITIES, Case, Found, Rule, Sample, SoFar
from thresholds.witness import watching

Moment = Sequence[Sample]


class Breach(NamedTuple):
    """The verdict on one sample. `worth` orders breaches of one rule, more being worse; `figure` as in `Found`."""

    sample: Sample
    severity: str
    worth: Decimal
    figure: str | None = None


class Window(Protocol):
    """What a rule remembers of the samples before. `move` is told every moment once, in order of time."""

    def move(self, moment: Moment) -> None: ...


class NoWindow:
    """For a rule that looks at one reading alone."""

    def move(self, moment: Moment) -> None:
        """Nothing to remember."""


W = TypeVar("W", bound=Window)
Judge = Callable[[Sample, W, Case, Bounds], Breach | None]


def moments(samples: Iterable[Sample], *, doubtful: bool = True) -> Iterator[Moment]:
    """The patient's own samples, those of one instant together; without those of a doubtful clock unless `doubtful`."""
    split, witness = partial(_moments, samples, doubtful=doubtful), watching()
    return split() if witness is None else witness.beside(samples, split, doubtful=doubtful)


def _moments(samples: Iterable[Sample], *, doubtful: bool) -> Iterator[Moment]:
    together: list[Sample] = []
    for sample in samples:
        if (sample.doubtful and not doubtful) or sample.context.get("kind") in NOT_A_PATIENT:
            continue
        if together and together[0].at != sample.at:
            yield together
            together = []
        together.append(sample)
    if together:
        yield together


@dataclass(slots=True)
class Course:
    """An episode in the making, from its first breaches on."""

    rule: str
    first: Breach
    worst: Breach
    newest: Breach
    severity: str
    seen_at: datetime
    breaches: int = 1
    so_far: SoFar | None = None

    @classmethod
    def begin(cls, rule: str, breaches: Sequence[Breach]) -> "Course":
        first = breaches[0]
        course = cls(rule, first, first, first, first.severity, breaches[-1].sample.at)
        _tell(breaches[:1])
        course.join(breaches[1:])
        return course

    @classmethod
    def under_way(cls, rule: str, so_far: SoFar | None) -> "Course | None":
        """The episode as it stood."""
        if so_far is None:
            return None
        severity, worth = so_far.severity, so_far.worth
        first, worst = Breach(so_far.first, severity, worth), Breach(so_far.worst, severity, worth)
        newest = Breach(so_far.newest, severity, worth, so_far.figure)
        return cls(rule, first, worst, newest, severity, so_far.at, so_far.breaches, so_far)

    def keep(self, at: datetime, extra: str = "") -> None:
        """Before the moment at `at` is judged: remember how the episode stood until then."""
        self.so_far = SoFar(
            self.seen_at, self.first.sample, self.worst.sample, self.newest.sample, self.severity, self.breaches,
            self.worst.worth, self.newest.figure, extra,
        )  # fmt: skip
        self.seen_at = at

    def join(self, breaches: Iterable[Breach]) -> None:
        """Add breaches in order of time; of equally bad ones the earliest stays the worst."""
        breaches = tuple(breaches)
        _tell(breaches)
        for breach in breaches:
            self.newest = breach
            self.worst = max(self.worst, breach, key=attrgetter("worth"))
            self.severity = min(self.severity, breach.severity, key=SEVERITIES.index)
            self.breaches += 1

    def found(self, state: str, ended_at: datetime | None = None, recheck_at: datetime | None = None) -> Found:
        return Found(
            rule=self.rule,
            severity=self.severity,
            state=state,
            started_at=self.first.sample.at,
            last_at=self.newest.sample.at,
            ended_at=ended_at,
            breaches=self.breaches,
            first=self.first.sample,
            worst=self.worst.sample,
            newest=self.newest.sample,
            figure=self.newest.figure,
            worth=self.worst.worth,
            recheck_at=recheck_at,
            so_far=self.so_far if state == "lasting" else None,
        )


def _tell(joining: Sequence[Breach]) -> None:
    witness = watching()
    if witness is not None:
        witness.joined.update(breach.sample.id for breach in joining)


def fold(
    rule: Rule,
    history: Iterable[Moment],
    start: datetime,
    case: Case,
    breach: Judge[W],
    window: W,
    joins: Judge[W] | None = None,
    enough: Callable[[W], bool] | None = None,
) -> list[Found]:
    """The default: an episode starts at the first moment that breaches and ends at the first that does not.

    Moments before `start` only fill the window. `joins` judges in place of `breach` while an episode lasts: two in a
    row may begin what one keeps. A moment at which the window holds not `enough` to judge by begins and ends nothing.
    """
    episodes: list[Found] = []
    course = Course.under_way(rule.id, case.under_way)
    bounds_at = bounds_of(rule, case)
    for moment in _to_judge(history, start, window, enough):
        judge, bounds = (joins if course and joins else breach), bounds_at(moment[0].at)
        breaches = [found for sample in moment if (found := judge(sample, window, case, bounds))]
        if course:
            course.keep(moment[0].at)
            course.join(breaches)
        elif breaches:
            course = Course.begin(rule.id, breaches)
        if course and not breaches:
            episodes.append(course.found("ended", ended_at=moment[0].at))
            course = None
    return [*episodes, course.found("lasting")] if course else episodes


def _to_judge(
    history: Iterable[Moment], start: datetime, window: W, enough: Callable[[W], bool] | None
) -> Iterator[Moment]:
    witness = watching()
    for moment in history:
        window.move(moment)
        if witness is not None:
            witness.moved(moment, window)
        if moment[0].at >= start and (enough is None or enough(window)):
            yield moment
