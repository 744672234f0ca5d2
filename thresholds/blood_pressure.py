"""Blood pressure: BP-SEV with its confirmation (clinical reference §3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from models.measures import BLOOD_PRESSURE
from thresholds.compare import Limit, component_of
from thresholds.fold import Breach, Course, Moment, moments
from thresholds.types import Case, Found, Rule, Sample

SYSTOLIC: Final = component_of(BLOOD_PRESSURE, "systolic")
DIASTOLIC: Final = component_of(BLOOD_PRESSURE, "diastolic")

SEVERE: Final = (Limit(SYSTOLIC, {SYSTOLIC.unit: Decimal(180)}), Limit(DIASTOLIC, {DIASTOLIC.unit: Decimal(120)}))
CLEAR: Final = (Limit(SYSTOLIC, {SYSTOLIC.unit: Decimal(170)}), Limit(DIASTOLIC, {DIASTOLIC.unit: Decimal(110)}))

REST: Final = timedelta(minutes=1)
WAIT: Final = timedelta(minutes=15)
CLEAR_IN_A_ROW: Final = 2


def severe(sample: Sample) -> Breach | None:
    """A breach when either pressure reaches its limit; worse is further beyond, in mmHg, by whichever is further."""
    if all(limit.below(sample) for limit in SEVERE):
        return None
    return Breach(sample, "CRIT", max(limit.value(sample) - limit.figures[limit.component.unit] for limit in SEVERE))


def clear(sample: Sample) -> bool:
    return all(limit.below(sample) for limit in CLEAR)


@dataclass(slots=True)
class Severe:
    """An episode under way. It is confirmed once it was `repeated` (a repeat in time breached too) or, without any
    repeat, `waited_out` (now is past the wait)."""

    course: Course
    waited_out: bool
    repeated: bool = False
    clears: int = 0

    @property
    def confirmed(self) -> bool:
        return self.repeated or self.waited_out

    def take(self, moment: Moment) -> Found | None:
        """Judge the next moment: the episode when this moment ends it, else None."""
        waited = moment[0].at - self.course.first.sample.at
        if waited < REST:  # kept, but counts for nothing: the patient has not rested
            return None
        if breaches := judged(moment):
            self.course.join(breaches)
            self.repeated = self.repeated or waited <= WAIT
            self.clears = 0
            return None
        if waited <= WAIT and not self.repeated:
            return self.course.found("not_confirmed", ended_at=moment[0].at)
        self.clears = self.clears + 1 if self.confirmed and all(clear(sample) for sample in moment) else 0
        return self.course.found("ended", ended_at=moment[0].at) if self.clears == CLEAR_IN_A_ROW else None

    def so_far(self) -> Found:
        """The episode as it stands after the newest moment."""
        if self.confirmed:
            return self.course.found("lasting")
        return self.course.found("awaiting", recheck_at=self.course.first.sample.at + WAIT)


def judged(moment: Moment) -> list[Breach]:
    return [breach for sample in moment if (breach := severe(sample))]


def fold_severe(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Readings with a doubtful clock are judged too: critical does not wait for a clock."""
    episodes: list[Found] = []
    episode: Severe | None = None
    for moment in moments(samples):
        if episode is None:
            if moment[0].at >= start and (breaches := judged(moment)):
                episode = Severe(Course.begin(BP_SEV.id, breaches), case.now >= moment[0].at + WAIT)
        elif ended := episode.take(moment):
            episodes.append(ended)
            episode = None
    return [*episodes, episode.so_far()] if episode else episodes


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
)
