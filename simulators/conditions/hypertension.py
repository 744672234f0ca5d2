"""Hypertension: two readings each morning and evening, now and then a crisis that a repeat confirms or dismisses."""

from collections.abc import Sequence
from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.blood_pressure import CRISES, Sitting, Vessels, pressure_samples
from simulators.series import Life, Pick, Sample

DAYS_A_CRISIS: Final = 10
BODIES: Final = (
    Vessels(142, 88, 74, (Sitting(7.2), Sitting(14.5, 1, 0.7), Sitting(19.8)), per_day=-0.15),
    Vessels(136, 84, 68, (Sitting(6.6), Sitting(20.5, 2, 0.12))),
)


def cuff(
    life: Life, bodies: Sequence[Vessels] = BODIES, every: float = DAYS_A_CRISIS, pick: Pick = Life.pick_days
) -> list[Sample]:
    days = pick(life, life.dice("crises"), every)
    kinds = list(CRISES)
    crises = {day: kinds[(number + life.variant) % len(kinds)] for number, day in enumerate(days)}
    return pressure_samples(life, bodies[life.variant % len(bodies)], crises)


CONDITION: Final = Condition(
    "hypertension",
    (("condition", "hypertension"),),
    {"cuff": cuff},
    (Quiet("cuff", 1, 0, 8.5),),
)
