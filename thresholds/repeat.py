"""Rules that want a repeat: an episode starts with the first of two readings of which the second confirms it."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from thresholds.fold import Breach, Course
from thresholds.types import Found, SoFar
from thresholds.witness import TOO_EARLY, watching


@dataclass(frozen=True, slots=True)
class Repeat:
    """A breach is confirmed when the first reading at least `after` it breaches too, and comes at most `within` it
    (both inclusive). What is measured sooner counts for nothing in that. `within` is the rule's `entry`."""

    after: timedelta
    within: timedelta


class Verdict(NamedTuple):
    """On one instant: what of it breaches. `alone`: so far beyond that no repeat is awaited. `over`: where nothing
    breaches, whether an episode under way ends; a hysteresis says no."""

    at: datetime
    breaches: Sequence[Breach]
    alone: bool = False
    over: bool = True


class Repeated:
    """At any instant either no episode, perhaps with breaches that wait for their repeat, or an episode under way.

    Each breach waits for its own repeat, whatever waits beside it: so what is found depends on the readings from a
    breach to its repeat alone, and not on where the fold began.
    """

    def __init__(self, rule: str, repeat: Repeat, so_far: SoFar | None = None) -> None:
        self.rule = rule
        self.repeat = repeat
        self.waiting: deque[Verdict] = deque()
        self.course = Course.under_way(rule, so_far)

    def take(self, verdict: Verdict) -> Found | None:
        """Judge the next instant: the episode when this instant ends it, else None."""
        self._tell(verdict)
        if self.course is None:
            self._outside(verdict)
            return None
        self.course.keep(verdict.at)
        self.course.join(verdict.breaches)
        if verdict.breaches or not verdict.over:
            return None
        ended, self.course = self.course.found("ended", ended_at=verdict.at), None
        return ended

    def _tell(self, verdict: Verdict) -> None:
        witness = watching()
        if witness is None:
            return
        witness.breached.update(breach.sample.id for breach in verdict.breaches)
        if self.course is None and self.waiting and verdict.at - self.waiting[0].at < self.repeat.after:
            witness.said[verdict.at] = TOO_EARLY

    def _outside(self, verdict: Verdict) -> None:
        confirmed = self._confirmed_by(verdict)
        if confirmed or verdict.alone:
            self.course = Course.begin(self.rule, [*confirmed, *verdict.breaches])
            self.waiting.clear()
        elif verdict.breaches:
            self.waiting.append(verdict)

    def _confirmed_by(self, verdict: Verdict) -> list[Breach]:
        """The breaches from the earliest that this instant confirms on. Those that it repeats wait no longer."""
        repeated: list[Verdict] = []
        while self.waiting and verdict.at - self.waiting[0].at >= self.repeat.after:
            repeated.append(self.waiting.popleft())
        in_time = [each for each in repeated if verdict.breaches and verdict.at - each.at <= self.repeat.within]
        return [breach for each in (*in_time, *self.waiting) for breach in each.breaches] if in_time else []


def fold_repeated(
    rule: str, history: Iterable[Verdict], start: datetime, repeat: Repeat, so_far: SoFar | None
) -> list[Found]:
    """Breaches before `start` need not be known: with `entry` subtracted, one of them is confirmed before anything
    changed (then its episode is under way at `start`, which the caller excludes) or never."""
    state = Repeated(rule, repeat, so_far)
    episodes = [ended for verdict in history if verdict.at >= start and (ended := state.take(verdict))]
    return [*episodes, state.course.found("lasting")] if state.course else episodes
