"""Weight each morning: food and water make it scatter, months make it drift, a failing heart makes it climb."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from simulators.series import Life, Sample, wander

SCATTER: Final = 0.28  # kg between mornings
RETENTION: Final = (1.2, 2.3, 3.2, 3.3)  # kg above dry, a day each: more than 2 kg within three days
DIURESIS: Final = (2.2, 1.2, 0.5, 0.15)  # and off again with the diuretic
CONTEXT: Final = {"entry": "automatic"}


@dataclass(frozen=True, slots=True)
class Frame:
    """Usual weight in kg and its slow change; `weekdays` (Monday 0) on which the patient weighs."""

    kilograms: float
    per_day: float = 0.0
    hour: float = 7.2
    missed: float = 0.03
    weekdays: frozenset[int] = frozenset(range(7))


def fluid(onsets: list[date]) -> Mapping[date, tuple[float, str]]:
    """Extra kilograms and their label for each day of an episode that begins on one of `onsets`."""
    course = [(extra, "fluid_retention") for extra in RETENTION] + [(extra, "diuresis") for extra in DIURESIS]
    return {onset + timedelta(days=n): step for onset in onsets for n, step in enumerate(course)}


def weight_samples(life: Life, body: Frame, extra: Mapping[date, tuple[float, str]]) -> list[Sample]:
    """One a morning, in kg; `extra` from `fluid`, empty for those who hold none."""
    chance = life.dice("weight")
    days = life.days()
    scatter = wander(chance, len(days), SCATTER, 0.3)
    taken = []
    for number, day in enumerate(days):
        at = life.at(day, body.hour + max(-0.8, min(0.8, chance.gauss(0, 0.25))))
        if life.misses(chance, at, body.missed) or day.weekday() not in body.weekdays:
            continue
        more, label = extra.get(day, (0.0, ""))
        kilograms = body.kilograms + body.per_day * number + scatter[number] + more
        taken.append(Sample(at, {"weight": kilograms}, CONTEXT, (label,) if label else ()))
    return life.inside(taken)
