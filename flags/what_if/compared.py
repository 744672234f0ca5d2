"""The flags of one patient with the limits as they are and as they would be: pure.

Each episode counts as one flag, as if each had been dealt with before the next began.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from flags.states import URGENT
from flags.what_if.question import Question, changed
from thresholds.types import Case, Found, Sample

FOLLOWED: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Compared:
    """Flags by severity `before` the change and `after` it; those that would be `gone` and those that would be `new`.
    `missed`: when those of the gone began that a CRIT or HIGH flag of the measure followed within 7 days."""

    patient: str
    readings: int
    before: Counter[str]
    after: Counter[str]
    gone: int
    new: int
    missed: tuple[datetime, ...]


def compare(
    patient: str, samples: Sequence[Sample], case: Case, question: Question, severe: Sequence[datetime]
) -> Compared:
    """`samples`: of the rule's stream up to `until`, as `Rule` promises them to a fold. `severe`: when CRIT and HIGH
    episodes of other rules of the measure began."""
    before, after = (_flags(samples, each, question) for each in (case, changed(case, question)))
    gone = [each for each in before if not any(_overlap(each, other) for other in after)]
    new = [each for each in after if not any(_overlap(each, other) for other in before)]
    follow = [*severe, *(each.started_at for each in after if each.severity in URGENT)]
    return Compared(
        patient,
        sum(question.begin <= each.at for each in samples),
        Counter(each.severity for each in before),
        Counter(each.severity for each in after),
        len(gone),
        len(new),
        tuple(each.started_at for each in gone if any(_follows(at, each) for at in follow)),
    )


def _flags(samples: Sequence[Sample], case: Case, question: Question) -> list[Found]:
    case = replace(case, now=question.until, open_gap=True)
    found = question.about.fold(samples, question.begin - question.about.entry, case)
    return [each for each in found if each.last_at >= question.begin]


def _overlap(one: Found, other: Found) -> bool:
    return one.started_at <= other.last_at and other.started_at <= one.last_at


def _follows(at: datetime, gone: Found) -> bool:
    return gone.started_at < at <= gone.started_at + FOLLOWED
