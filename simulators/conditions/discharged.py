"""Just home from hospital: pressure and weight settle, and after a while the cuff is forgotten for some days."""

from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.weight import Frame, weight_samples
from simulators.series import Life, Sample

BODY: Final = Vessels(118, 72, 88, (Sitting(8.2), Sitting(18.9, 2, 0.15)), per_day=0.35)


def cuff(life: Life) -> list[Sample]:
    return pressure_samples(life, BODY, {})


def scale(life: Life) -> list[Sample]:
    return weight_samples(life, Frame(68.5, per_day=0.06, hour=8.0, missed=0.1), {})


CONDITION: Final = Condition(
    "discharged",
    (("condition", "discharged"),),
    {"cuff": cuff, "scale": scale},
    (Quiet("cuff", 0, 11, 4.3),),
)
