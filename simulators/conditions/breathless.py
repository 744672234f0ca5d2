"""Lungs that fail at night: a ring sees oxygen fall, for nights in a row when an infection is on."""

from datetime import timedelta
from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.oxygen import Breath, with_oxygen
from simulators.physiology.sleep import Sleeper, sleep_samples
from simulators.series import Life, Sample

SLEEPER: Final = Sleeper(22.7, 490, 0.9, missed=0.05)
USUAL, BAD = Breath(92.8, 95.0, 0.001, 6.0), Breath(83.5, 91.0, 0.09, 19.0)
DAYS_AN_INFECTION: Final = 20
NIGHTS: Final = 5


def ring(life: Life) -> list[Sample]:
    onsets = life.rare_days(life.dice("infections"), DAYS_AN_INFECTION)
    bad = [onset + timedelta(days=night) for onset in onsets for night in range(NIGHTS)]
    return with_oxygen(life, sleep_samples(life, SLEEPER, []), USUAL, BAD, bad)


CONDITION: Final = Condition("breathless", (), {"ring": ring})
