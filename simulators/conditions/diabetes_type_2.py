"""Type 2 diabetes: a meter before meals and at bedtime, tablets that can make a low, a sick day that makes a high."""

from collections.abc import Sequence
from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.fingerstick import Stick, control_sample, stick_samples
from simulators.physiology.glucose import Bend, Metabolism, curve, meals
from simulators.physiology.weight import Frame, weight_samples
from simulators.series import Life, Pick, Sample

DAYS_AN_EPISODE: Final = 8
BODY: Final = Metabolism(basal=128, gain=1.5, peak=75, match=0.25, dawn=18, spread=12)
STICKS: Final = (
    Stick(7.0, "fasting", 0.05), Stick(12.3, "before_meal", 0.12), Stick(18.4, "before_meal", 0.08),
    Stick(22.2, "bedtime", 0.25),
)  # fmt: skip
Episode = tuple[float, float, float, str]
# local hour, mg/dL, minutes, label; the second variant starts elsewhere in the list
EPISODES: Final[tuple[Episode, ...]] = (
    (18.4, 63.0, 70.0, "hypoglycaemia_level_1"),
    (12.3, 48.0, 60.0, "hypoglycaemia_level_2"),
    (22.2, 432.0, 110.0, "hyperglycaemia"),
    (18.4, 66.0, 70.0, "hypoglycaemia_level_1"),
)
SICK: Final = (13.0, 345.0, 600.0, "sick_day")  # for a day and more everything is high

WEIGHED: Final = frozenset({0, 3, 5})
FRAMES: Final = (Frame(94, -0.03, weekdays=WEIGHED), Frame(87, -0.02, weekdays=WEIGHED))


def meter(
    life: Life,
    kinds: Sequence[Episode] = EPISODES,
    every: float = DAYS_AN_EPISODE,
    pick: Pick = Life.pick_days,
) -> list[Sample]:
    bends = []
    for number, day in enumerate(pick(life, life.dice("episodes"), every)):
        hour, level, minutes, label = kinds[(number + 2 * life.variant) % len(kinds)]
        bends.append(Bend(life.at(day, hour), level, minutes, label))
    glucose = curve(life, BODY, meals(life, BODY), bends)
    return life.inside(stick_samples(life, glucose, bends, STICKS, ()) + control_sample(life))


def scale(life: Life) -> list[Sample]:
    return weight_samples(life, FRAMES[life.variant % len(FRAMES)], {})


CONDITION: Final = Condition(
    "diabetes_type_2",
    (("condition", "diabetes_type_2"), ("medication", "sulfonylurea"), ("glucose_gap_hours", "12")),
    {"meter": meter, "scale": scale},
    (Quiet("meter", 0, 8, 1.6), Quiet("meter", 1, 4, 3.9)),
)
