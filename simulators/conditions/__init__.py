"""The seven conditions, in the order in which patients get them."""

from typing import Final

from simulators.conditions import (
    apnoea,
    diabetes_type_1,
    diabetes_type_2,
    discharged,
    healthy,
    heart_failure,
    hypertension,
)
from simulators.conditions.condition import Condition

CONDITIONS: Final[tuple[Condition, ...]] = (
    hypertension.CONDITION,
    diabetes_type_1.CONDITION,
    diabetes_type_2.CONDITION,
    heart_failure.CONDITION,
    apnoea.CONDITION,
    discharged.CONDITION,
    healthy.CONDITION,
)
