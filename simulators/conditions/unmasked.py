"""Sleep apnoea of somebody who takes the mask off: for weeks therapy ends after two or three hours of a night."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from simulators.conditions import apnoea
from simulators.conditions.condition import Condition
from simulators.series import Life, Sample

DAYS_A_SPELL: Final = 35
NIGHTS: Final = 16
WORN: Final = (0.2, 0.55)  # of the time it would have been


def cpap(life: Life) -> list[Sample]:
    onsets = life.rare_days(life.dice("unmasked"), DAYS_A_SPELL)
    days = {onset + timedelta(days=night) for onset in onsets for night in range(NIGHTS)}
    chance, taken = life.dice("worn"), []
    for one in apnoea.cpap(life):
        share = chance.uniform(*WORN) if one.at.astimezone(life.zone).date() in days else 1.0
        worn = round(one.values["therapy_time"] * share)
        taken.append(replace(one, values={**one.values, "therapy_time": worn}))
    return taken


CONDITION: Final = Condition("unmasked", apnoea.CONDITION.facts, {"cpap": cpap})
