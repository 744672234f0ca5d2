"""Type 1 diabetes: a sensor every five minutes, a fingerstick to check it, insulin that does not always fit."""

from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.cgm import cgm_samples
from simulators.physiology.fingerstick import Stick, control_sample, stick_samples
from simulators.physiology.glucose import Bend, Curve, Metabolism, curve, meals
from simulators.series import Life, Sample

DAYS_A_LOW: Final = 7
LOWS: Final = ((46.0, 48.0, "hypoglycaemia_level_2"), (61.0, 40.0, "hypoglycaemia_level_1"))
BODIES: Final = (
    Metabolism(basal=128, gain=2.6, peak=55, match=0.5, dawn=26, spread=14),
    Metabolism(basal=118, gain=2.2, peak=60, match=0.55, dawn=14, spread=10),
)
STICKS: Final = (Stick(7.1, "fasting", 0.1), Stick(22.3, "bedtime", 0.35))


def lows(life: Life) -> list[Bend]:
    """Nights with a low: by turns below 54 and only below 70 mg/dL."""
    chance = life.dice("lows")
    days = life.pick_days(chance, DAYS_A_LOW)
    kinds = (LOWS[(number + life.variant) % len(LOWS)] for number in range(len(days)))
    return [
        Bend(life.at(day, chance.uniform(1.5, 4.0)), level + chance.uniform(-2, 2), minutes, label)
        for day, (level, minutes, label) in zip(days, kinds, strict=True)
    ]


def _truth(life: Life) -> tuple[Curve, list[Bend]]:
    body = BODIES[life.variant % len(BODIES)]
    bends = lows(life)
    return curve(life, body, meals(life, body), bends), bends


def sensor(life: Life) -> list[Sample]:
    glucose, bends = _truth(life)
    return cgm_samples(life, glucose, bends)


def meter(life: Life) -> list[Sample]:
    """Twice a day, and in the middle of the first low, woken by it."""
    glucose, bends = _truth(life)
    woken = [bend.at for bend in bends[:1]]
    return life.inside(stick_samples(life, glucose, bends, STICKS, woken) + control_sample(life))


CONDITION: Final = Condition(
    "diabetes_type_1",
    (("condition", "diabetes_type_1"), ("medication", "insulin")),
    {"cgm": sensor, "meter": meter},
)
