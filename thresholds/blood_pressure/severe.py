"""BP-SEV, a crisis with its confirmation, and the fold that it shares with BP-PREG (clinical reference §3.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from thresholds.blood_pressure.pressures import REST, beyond, pair, reached
from thresholds.facts import applies
from thresholds.fold import Breach, Course, Moment, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.types import Case, Found, Rule, Sample
from thresholds.witness import TOO_EARLY, say

WAIT: Final = timedelta(minutes=15)
REPEATED: Final = "repeated"


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends a crisis: `clears` instants in a row more than `margin` mmHg under both limits."""

    margin: Decimal
    clears: int


@dataclass(frozen=True, slots=True)
class Crisis:
    """The limits of a crisis, as they are in force at an instant, and what ends it."""

    bounds_at: Callable[[datetime], Bounds]
    ending: Ending

    def judged(self, moment: Moment) -> list[Breach]:
        return [breach for sample in moment if (breach := reached(self.bounds_at(sample.at), sample, "CRIT"))]

    def cleared(self, moment: Moment) -> bool:
        return all(beyond(self.bounds_at(sample.at), sample) < -self.ending.margin for sample in moment)


@dataclass(slots=True)
class Severe:
    """An episode under way. It is confirmed once it was `repeated` (a repeat in time breached too) or, without any
    repeat, `waited_out` (now is past the wait)."""

    crisis: Crisis
    course: Course
    waited_out: bool
    repeated: bool = False
    clears: int = 0

    @classmethod
    def under_way(cls, crisis: Crisis, rule: str, case: Case) -> "Severe | None":
        """What of it lasts on, as it stood."""
        course = Course.under_way(rule, case.under_way)
        if course is None or case.under_way is None:
            return None
        clears, repeated = case.under_way.extra.split()
        waited_out = case.now >= course.first.sample.at + WAIT
        return cls(crisis, course, waited_out, repeated == REPEATED, int(clears))

    @property
    def confirmed(self) -> bool:
        return self.repeated or self.waited_out

    def take(self, at: datetime, moment: Moment) -> Found | None:
        """Judge the next moment: the episode when this moment ends it, else None."""
        self.course.keep(at, f"{self.clears} {REPEATED if self.repeated else '-'}")
        waited = at - self.course.first.sample.at
        if waited < REST:  # kept, but counts for nothing: the patient has not rested
            say(at, TOO_EARLY)
            return None
        if breaches := self.crisis.judged(moment):
            self.course.join(breaches)
            self.repeated = self.repeated or waited <= WAIT
            self.clears = 0
            return None
        if waited <= WAIT and not self.repeated:
            return self.course.found("not_confirmed", ended_at=at)
        self.clears = self.clears + 1 if self.confirmed and self.crisis.cleared(moment) else 0
        return self.course.found("ended", ended_at=at) if self.clears == self.crisis.ending.clears else None

    def so_far(self) -> Found:
        """The episode as it stands after the newest moment."""
        if self.confirmed:
            return self.course.found("lasting")
        return self.course.found("awaiting", recheck_at=self.course.first.sample.at + WAIT)


def fold_crisis(rule: Rule, ending: Ending, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Readings with a doubtful clock are judged too: critical does not wait for a clock. One at which the rule is not
    for the patient any more breaches nothing."""
    crisis = Crisis(bounds_of(rule, case), ending)
    episodes: list[Found] = []
    episode = Severe.under_way(crisis, rule.id, case)
    for moment in moments(samples):
        at = moment[0].at
        if at < start:
            continue
        mine = moment if applies(rule, case, at) else ()
        if episode is None:
            if breaches := crisis.judged(mine):
                episode = Severe(crisis, Course.begin(rule.id, breaches), case.now >= at + WAIT)
        elif ended := episode.take(at, mine):
            episodes.append(ended)
            episode = None
    return [*episodes, episode.so_far()] if episode else episodes


TWICE: Final = Ending(margin=Decimal(10), clears=2)


def fold_severe(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_crisis(BP_SEV, TWICE, samples, start, case)


BP_SEV: Final = Rule(
    id="BP-SEV",
    words="Severe blood pressure: systolic ≥ 180 or diastolic ≥ 120 mmHg in one reading",
    limit="180/120 mmHg",
    stream="blood_pressure",
    severity="CRIT",
    source="2025 AHA/ACC: severe is > 180/120; without acute organ damage treat promptly as outpatient"
    " (AHA/ACC 2025 pocket guide, messages 9–10)",
    standing="limit seen in the source, ≥ chosen as the safer edge; confirmation within 15 min and end after two"
    " readings < 170/110 (design)",
    fold=fold_severe,
    parameters=pair(180, 120, "from which on it is severe", (180, 120)),
)
