"""Sleep apnoea on CPAP: every night with its residual events, until a mask leaks and is replaced."""

from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.sleep import Sleeper, sleep_samples
from simulators.series import Life, Sample

DAYS_A_LEAK: Final = 25
SLEEPERS: Final = (Sleeper(22.9, 455, 0.87, ahi=2.4), Sleeper(23.6, 430, 0.84, ahi=3.0, missed=0.08))


def cpap(life: Life) -> list[Sample]:
    leaks = life.pick_days(life.dice("leaks"), DAYS_A_LEAK)
    return sleep_samples(life, SLEEPERS[life.variant % len(SLEEPERS)], leaks)


CONDITION: Final = Condition(
    "sleep_apnoea",
    (("condition", "sleep_apnoea"), ("therapy", "cpap")),
    {"cpap": cpap},
    (Quiet("cpap", 1, 5, 4.2),),
)
