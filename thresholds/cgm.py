"""Continuous glucose: CGM-L2, an event of samples in a row (clinical reference §3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from thresholds.fold import Breach, Course, Moment, moments
from thresholds.glucose import LEVEL_1, LEVEL_2
from thresholds.types import Case, Found, Rule, Sample

# 15 min are three samples at 5 min: 10 min from first to last. Half a minute and half a sample are left for jitter.
NEIGHBOURS: Final = timedelta(minutes=7, seconds=30)
LONG: Final = timedelta(minutes=9, seconds=30)


@dataclass(slots=True)
class Run:
    """Moments in a row that hold a condition, none further than `NEIGHBOURS` from the one before."""

    first_at: datetime | None = None
    last_at: datetime | None = None

    def step(self, at: datetime, holds: bool) -> bool:
        """Take the next moment: True when it continues the run, False when it begins one or breaks it."""
        continues = holds and self.last_at is not None and at - self.last_at <= NEIGHBOURS
        if not continues:
            self.first_at = at if holds else None
        self.last_at = at if holds else None
        return continues

    @property
    def long(self) -> bool:
        return self.first_at is not None and self.last_at is not None and self.last_at - self.first_at >= LONG


def lows(moment: Moment) -> list[Breach]:
    return [Breach(sample, "CRIT", LEVEL_2.value(sample).copy_negate()) for sample in moment if LEVEL_2.below(sample)]


def recovered(moment: Moment) -> bool:
    return not any(LEVEL_1.below(sample) for sample in moment)


class Event:
    """At any moment either no event, perhaps with lows pending, or an event that waits for its end."""

    def __init__(self) -> None:
        self.course: Course | None = None
        self.pending: list[Breach] = []
        self.run = Run()

    def take(self, moment: Moment) -> Found | None:
        """Judge the next moment: the event when this moment ends it, else None."""
        if self.course:
            return self._inside(self.course, moment)
        self._outside(moment)
        return None

    def _outside(self, moment: Moment) -> None:
        breaches = lows(moment)
        continues = self.run.step(moment[0].at, bool(breaches))
        if not continues:
            self.pending = []
        self.pending.extend(breaches)
        if self.run.long:
            self.course, self.pending, self.run = Course.begin(CGM_L2.id, self.pending), [], Run()

    def _inside(self, course: Course, moment: Moment) -> Found | None:
        course.join(lows(moment))
        self.run.step(moment[0].at, recovered(moment))
        if not self.run.long:
            return None
        self.course, self.run = None, Run()
        return course.found("ended", ended_at=moment[0].at)


def fold_level_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """A missing sample delays the beginning of an event and its end, but never ends it.

    Lows before `start` need not be known: with `entry` subtracted, a run that they begin is complete before `start`
    (then its event is under way there, which the caller excludes) or is never completed.
    """
    event = Event()
    episodes = [ended for moment in moments(samples) if moment[0].at >= start and (ended := event.take(moment))]
    return [*episodes, event.course.found("lasting")] if event.course else episodes


CGM_L2: Final = Rule(
    id="CGM-L2",
    words="Level 2 low glucose on the sensor: below 54 mg/dL (3.0 mmol/L) for 15 min or longer"
    " (three samples at 5 min)",
    limit="54 mg/dL (3.0 mmol/L)",
    stream="cgm",
    severity="CRIT",
    source="2017 consensus (Danne): an event is ≥ 15 min below and ends after ≥ 15 min at 70 mg/dL or above",
    standing="(unverified)",
    fold=fold_level_2,
    entry=NEIGHBOURS + LONG,
)
