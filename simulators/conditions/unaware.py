"""Type 1 diabetes of somebody who does not feel a low: nights below 54 for hours, falls too fast, highs after meals."""

from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.cgm import cgm_samples
from simulators.physiology.fingerstick import Stick, stick_samples
from simulators.physiology.glucose import Bend, Curve, Metabolism, curve, meals
from simulators.series import Life, Sample

BODIES: Final = (
    Metabolism(basal=132, gain=3.0, peak=50, match=0.5, dawn=22, spread=16),
    Metabolism(basal=112, gain=2.3, peak=60, match=0.6, dawn=16, spread=12),
)
# local hour, mg/dL, minutes, label: Gaussian, so that half the minutes are half the way
EPISODES: Final = (
    (3.0, 38.0, 190.0, "hypoglycaemia_prolonged"),
    (16.0, 47.0, 26.0, "hypoglycaemia_fast"),
    (4.2, 62.0, 50.0, "hypoglycaemia_level_1"),
    (21.5, 320.0, 130.0, "hyperglycaemia_prolonged"),
)
DAYS_AN_EPISODE: Final = 8
STICKS: Final = (Stick(7.3, "fasting", 0.2), Stick(20.9, "after_meal", 0.4))


def _truth(life: Life) -> tuple[Curve, list[Bend]]:
    body, chance = BODIES[life.variant % len(BODIES)], life.dice("episodes")
    bends = []
    for number, day in enumerate(life.rare_days(chance, DAYS_AN_EPISODE)):
        hour, level, minutes, label = EPISODES[(number + life.variant) % len(EPISODES)]
        bends.append(Bend(life.at(day, hour + chance.uniform(-0.5, 0.5)), level, minutes, label))
    return curve(life, body, meals(life, body), bends), bends


def sensor(life: Life) -> list[Sample]:
    return cgm_samples(life, *_truth(life))


def meter(life: Life) -> list[Sample]:
    return life.inside(stick_samples(life, *_truth(life), STICKS, ()))


CONDITION: Final = Condition(
    "unaware",
    (("condition", "diabetes_type_1"), ("medication", "insulin")),
    {"cgm": sensor, "meter": meter},
)
