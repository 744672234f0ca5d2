"""The mixed panel: whom a programme of remote monitoring might look after, in shares (docs/panel.md says whence)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
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

# of 100 patients; all (design)
SHARES: Final[Mapping[str, tuple[Condition, int]]] = MappingProxyType(
    {
        each.name: (each, share)
        for each, share in (
            (hypertension.CONDITION, 46),
            (diabetes_type_2.CONDITION, 18),
            (heart_failure.CONDITION, 12),
            (diabetes_type_1.CONDITION, 8),
            (apnoea.CONDITION, 6),
            (discharged.CONDITION, 6),
            (healthy.CONDITION, 4),
        )
    }
)


def mixed(patients: int) -> Sequence[Condition]:
    """The conditions of so many patients, each as near to its share as can be after any number of them."""
    counts = dict.fromkeys(SHARES, 0)
    chosen = []
    for number in range(1, patients + 1):
        name = max(SHARES, key=lambda each: SHARES[each][1] * number - 100 * counts[each])
        counts[name] += 1
        chosen.append(SHARES[name][0])
    return chosen
