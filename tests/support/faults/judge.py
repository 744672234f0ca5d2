"""An independent evaluator: which episodes the readings imply, from what each reading was made to be.

It knows three rules as the clinical reference states them, for readings over 15 minutes apart: GLU-L2 and GLU-XHI
last from the first breach to the first reading that is none; BP-SEV, confirmed by waiting, to the second in a row
that is below 170/110.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Implied(NamedTuple):
    patient: str
    rule: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None
    breaches: int


@dataclass(slots=True)
class Course:
    """An episode under way."""

    started_at: datetime
    last_at: datetime
    breaches: int = 1
    clears: int = 0

    def end(self, patient: str, rule: str, at: datetime | None) -> Implied:
        return Implied(patient, rule, self.started_at, self.last_at, at, self.breaches)

    def join(self, at: datetime) -> "Course":
        self.last_at, self.breaches, self.clears = at, self.breaches + 1, 0
        return self


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule: readings made to be `breach` start and continue an episode, `clears` in a row of the others end it;
    of these only readings made to be `only` count as clear, where that is said."""

    rule: str
    measure: str
    breach: str
    clears: int = 1
    only: str | None = None

    def clear(self, judged: str) -> bool:
        return self.only is None or judged == self.only


KINDS = (
    Kind("GLU-L2", "glucose", "low"),
    Kind("GLU-XHI", "glucose", "extreme"),
    Kind("BP-SEV", "blood_pressure", "severe", clears=2, only="clear"),
)
RULES = tuple(kind.rule for kind in KINDS)


def implied(patient: str, measure: str, readings: Iterable[tuple[datetime, str]]) -> Iterator[Implied]:
    """`readings` of one patient and measure, (instant, what it was made to be), by time."""
    taken = list(readings)
    for kind in KINDS:
        if kind.measure == measure:
            yield from _episodes(patient, kind, taken)


def _episodes(patient: str, kind: Kind, taken: Iterable[tuple[datetime, str]]) -> Iterator[Implied]:
    course: Course | None = None
    for at, judged in taken:
        if judged == kind.breach:
            course = course.join(at) if course else Course(at, at)
        elif course:
            course.clears = course.clears + 1 if kind.clear(judged) else 0
            if course.clears == kind.clears:
                yield course.end(patient, kind.rule, at)
                course = None
    if course:
        yield course.end(patient, kind.rule, None)
