"""Programmes (care journeys): what they are, which there are, and what being in one adds to a patient's case.

One TOML file each in this folder, read strictly by `registry.programmes.reading`; none is read before it is needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from thresholds.types import Amount, Awaited, Fact, Limit

FOLDER: Final = Path(__file__).parent
PREFIX: Final = "programme:"
ROLE: Final = "programme"


@dataclass(frozen=True, slots=True)
class PlannedLimit:
    """In force from `begin` after enrolment until `end` after it (None: as long as the patient is in)."""

    rule: str
    parameter: str
    amount: Amount
    begin: timedelta = timedelta(0)
    end: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the journey, half-open, counted from enrolment. `cadence` replaces the programme's for its measures."""

    name: str
    begin: timedelta
    end: timedelta | None
    words: str
    cadence: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Programme:
    """`condition`: what every patient in it has. `baseline`: the fact that enrolment should state. `lasts`: None for as
    long as somebody says. `review`: how often a person looks. `cadence`: measure → at least one reading within.
    `first_reading`: measure → within which time after enrolment, else somebody calls. `patient_words` are shown to
    nobody unless a named clinician switched them on (`switched_on_by`)."""

    name: str
    words: str
    source: str
    condition: str | None
    baseline: str | None
    lasts: timedelta | None
    review: timedelta
    cadence: Mapping[str, timedelta]
    first_reading: Mapping[str, timedelta]
    limits: tuple[PlannedLimit, ...]
    phases: tuple[Phase, ...]
    patient_words: Mapping[str, str]
    switched_on_by: str | None

    def ends_at(self, begin: datetime, until: datetime | None) -> datetime | None:
        """When a patient who began then is out: when somebody said so, or it is over."""
        over = None if self.lasts is None else begin + self.lasts
        return min((each for each in (until, over) if each), default=None)


@cache
def programmes() -> Mapping[str, Programme]:
    """All that this installation has, by name. Raises RegistryError for a file that cannot be read."""
    from registry.programmes.reading import read_programme

    return MappingProxyType({path.stem: read_programme(path) for path in sorted(FOLDER.glob("*.toml"))})


class Added(NamedTuple):
    """To a patient's case."""

    facts: Sequence[Fact] = ()
    limits: Sequence[Limit] = ()
    awaited: Sequence[Awaited] = ()


def implied(name: str, begin: datetime, until: datetime | None, *, author: str) -> Added:
    """What a patient in the programme has and is judged by. Nothing for a programme that is no more: `doctor` says
    how many are still in it."""
    programme = programmes().get(name)
    if programme is None:
        return Added()
    end = programme.ends_at(begin, until)
    facts = [Fact("condition", programme.condition, begin, end)] if programme.condition else []
    awaited = [Awaited(measure, begin, end) for measure in programme.cadence]
    return Added(facts, list(_limits(programme, begin, end, author)), awaited)


def _limits(programme: Programme, begin: datetime, end: datetime | None, author: str) -> Iterator[Limit]:
    for each in programme.limits:
        first = begin + each.begin
        last = min((at for at in (end, begin + each.end if each.end else None) if at), default=None)
        if last is None or first < last:
            said = PREFIX + programme.name, author, ROLE
            yield Limit(each.rule, each.parameter, each.amount, first, last, *said)
