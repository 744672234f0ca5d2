"""Healthy: a little of everything, nothing to see; shares the cuff with somebody just discharged, if there is one."""

from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.sleep import Sleeper, sleep_samples
from simulators.physiology.weight import Frame, weight_samples
from simulators.series import Life, Sample


def cuff(life: Life) -> list[Sample]:
    return pressure_samples(life, Vessels(114, 72, 62, (Sitting(7.8, 1, 0.1),)), {})


def scale(life: Life) -> list[Sample]:
    return weight_samples(life, Frame(74.3, weekdays=frozenset({0, 2, 4})), {})


def mat(life: Life) -> list[Sample]:
    return sleep_samples(life, Sleeper(22.8, 475, 0.91), [])


CONDITION: Final = Condition("healthy", (), {"cuff": cuff, "scale": scale, "mat": mat})
