"""What a condition is to the simulator: facts, the devices at home and what each of them sees over the run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulators.plan import Spell
from simulators.series import Life, Sample

See = Callable[[Life], list[Sample]]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The patient with this `variant` uses none of the devices of `kind` for `days`, up to `before_end` days before
    the end; in a run too short for it nobody goes quiet."""

    kind: str
    variant: int
    before_end: float
    days: float


def never(_: Life) -> tuple[Spell, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Condition:
    """`facts` as (name, value); `kit` is kind of device -> what it sees; `spells` the facts that come and go."""

    name: str
    facts: tuple[tuple[str, str], ...]
    kit: Mapping[str, See]
    quiet: tuple[Quiet, ...] = ()
    spells: Callable[[Life], tuple[Spell, ...]] = never


VARIANTS: Final = 2  # lives a condition can take; a third patient with it lives like the first, by other dice
SETTLED_DAYS: Final = 3.0  # days of readings before anybody goes quiet


def kept(condition: Condition, kind: str, life: Life, samples: list[Sample]) -> list[Sample]:
    """`samples` without those of the times when this patient was quiet."""
    for quiet in condition.quiet:
        if quiet.kind == kind and quiet.variant == life.variant % VARIANTS:
            samples = _without(quiet, life, samples)
    return samples


def _without(quiet: Quiet, life: Life, samples: list[Sample]) -> list[Sample]:
    age = [(life.until - sample.at).total_seconds() / 86400 for sample in samples]
    begin = quiet.before_end + quiet.days
    if begin > (life.until - life.start).total_seconds() / 86400 - SETTLED_DAYS:
        return samples
    return [one for one, days in zip(samples, age, strict=True) if not quiet.before_end <= days < begin]
