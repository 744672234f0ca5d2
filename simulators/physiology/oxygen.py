"""Oxygen through the night: a lowest and a mean saturation, minutes below 90 and at 88 %, drops an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from simulators.series import Life, Sample

NEEDED: Final = frozenset({"time_in_bed", "total_sleep"})


@dataclass(frozen=True, slots=True)
class Breath:
    """Lowest and mean saturation in %, share of the night below 90 %, and drops an hour of a usual night."""

    lowest: float
    mean: float
    below: float
    drops: float


def with_oxygen(life: Life, nights: Sequence[Sample], usual: Breath, bad: Breath, days: Sequence[date]) -> list[Sample]:
    """The nights as a ring sees them; those that end on one of `days` are bad."""
    chance = life.dice("oxygen")
    seen = []
    for one in nights:
        breath = bad if one.at.astimezone(life.zone).date() in days else usual
        seen.append(replace(one, values=_seen(chance, one, breath)))
    return seen


def _seen(chance: Random, night: Sample, breath: Breath) -> dict[str, float]:
    """What adds up: the lowest below the mean, less time at 88 % than below 90 %."""
    below = max(0.0, chance.gauss(breath.below, breath.below / 3)) * night.values["time_in_bed"]
    mean = min(98.0, max(85.0, chance.gauss(breath.mean, 0.6)))
    return {
        **{name: night.values[name] for name in NEEDED},
        "spo2_mean": mean,
        "spo2_min": min(mean - 1, max(70.0, chance.gauss(breath.lowest, 1.2))),
        "t90": round(below),
        "t88": int(round(below) * chance.uniform(0.3, 0.6)),
        "odi": max(0.0, chance.gauss(breath.drops, 2.0)),
    }
