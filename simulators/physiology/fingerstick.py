"""What a meter makes of a drop of blood at the hours it is used, and the control solution it is checked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simulators.physiology.glucose import Bend, Curve, labels
from simulators.series import Life, Sample

ERROR: Final = 0.04  # relative, one standard deviation; ISO 15197 asks for 95 % within 15 %
CONTROL_LOW: Final = 46.0  # mg/dL of a low control: would be a level 2 low if anybody took it for blood
WITHIN: Final = 0.35  # hours about the usual one


@dataclass(frozen=True, slots=True)
class Stick:
    """A habit: about this local hour, for this `meal` context, forgotten on a share of the days."""

    hour: float
    meal: str
    missed: float


def stick_samples(
    life: Life, glucose: Curve, bends: Sequence[Bend], habits: Sequence[Stick], woken: Sequence[datetime]
) -> list[Sample]:
    """Capillary glucose in mg/dL at every habit of every day and at the instants in `woken`."""
    chance = life.dice("fingerstick")
    taken = [_stick(chance, glucose, bends, at, "casual") for at in woken]
    for day in life.days():
        for habit in habits:
            at = life.at(day, habit.hour + chance.uniform(-WITHIN, WITHIN))
            if not life.misses(chance, at, habit.missed) or labels(at, bends):
                taken.append(_stick(chance, glucose, bends, at, habit.meal))
    return taken


def _stick(chance: Random, glucose: Curve, bends: Sequence[Bend], at: datetime, meal: str) -> Sample:
    seen = glucose(at) * max(0.9, min(1.1, chance.gauss(1, ERROR)))
    return Sample(at, {"glucose": seen}, {"specimen": "capillary", "meal": meal}, labels(at, bends))


def control_sample(life: Life) -> list[Sample]:
    """One check with a low control in the middle of the run: the patient's device, nobody's blood."""
    at = life.start + (life.until - life.start) / 2
    noon = life.at(at.astimezone(life.zone).date(), 11.0) + timedelta(seconds=life.dice("control").randint(0, 999))
    context = {"specimen": "capillary", "kind": "control_solution"}
    return [Sample(noon, {"glucose": CONTROL_LOW}, context, ("control_solution",))]
