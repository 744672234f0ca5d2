"""Heart failure: weight and pressure each morning; fluid comes within three days and goes with the diuretic."""

from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.weight import Frame, fluid, weight_samples
from simulators.series import Life, Pick, Sample

DAYS_AN_EPISODE: Final = 15
FRAMES: Final = (Frame(82.4), Frame(71.8, missed=0.05))
BODIES: Final = (Vessels(116, 70, 72, (Sitting(7.4, 1),)), Vessels(124, 74, 78, (Sitting(8.1, 1, 0.08),)))


def scale(life: Life, every: float = DAYS_AN_EPISODE, pick: Pick = Life.pick_days) -> list[Sample]:
    onsets = pick(life, life.dice("fluid"), every)
    return weight_samples(life, FRAMES[life.variant % len(FRAMES)], fluid(onsets))


def cuff(life: Life) -> list[Sample]:
    return pressure_samples(life, BODIES[life.variant % len(BODIES)], {})


CONDITION: Final = Condition(
    "heart_failure",
    (("condition", "heart_failure"),),
    {"scale": scale, "cuff": cuff},
    (Quiet("scale", 1, 9, 4.6),),
)
