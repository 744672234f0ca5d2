"""The mixed panel: whom a programme of remote monitoring might look after, in shares (docs/panel.md says whence)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from simulators.conditions import (
    apnoea,
    breathless,
    congestion,
    diabetes_type_1,
    diabetes_type_2,
    discharged,
    fibrillation,
    frail,
    healthy,
    heart_failure,
    hypertension,
    pregnancy,
    unaware,
    unmasked,
)
from simulators.conditions.condition import Condition
from simulators.physiology.blood_pressure import Sitting, Vessels
from simulators.series import Life
from simulators.transport_faults import Held

# A cohort to be looked at shows something every week; a panel has its events as seldom as patients have them.
BODIES: Final = (
    Vessels(113, 70, 72, (Sitting(7.2), Sitting(19.8)), alike=0.2),
    Vessels(115, 71, 68, (Sitting(6.6), Sitting(20.5, 2, 0.12)), alike=0.2),
    Vessels(142, 88, 74, (Sitting(7.0), Sitting(20.1, 2, 0.2)), alike=0.2),
    Vessels(111, 70, 66, (Sitting(7.7, 1), Sitting(19.1, 1, 0.3)), alike=0.2),
)
TREATED: Final = replace(
    hypertension.CONDITION, kit={"cuff": partial(hypertension.cuff, bodies=BODIES, every=60.0, pick=Life.rare_days)}
)
KINDS: Final = (*diabetes_type_2.EPISODES, diabetes_type_2.SICK)
ON_TABLETS: Final = replace(
    diabetes_type_2.CONDITION,
    kit={
        **diabetes_type_2.CONDITION.kit,
        "meter": partial(diabetes_type_2.meter, kinds=KINDS, every=20.0, pick=Life.rare_days),
    },
)
NEVER: Final = 1e9  # days
FAILING: Final = (
    Vessels(112, 68, 72, (Sitting(7.4, 1),), alike=0.2),
    Vessels(116, 70, 78, (Sitting(8.1, 1, 0.08),), alike=0.2),
)
STABLE: Final = replace(
    heart_failure.CONDITION,
    kit={
        "scale": partial(heart_failure.scale, every=45.0, pick=Life.rare_days),
        "cuff": partial(hypertension.cuff, bodies=FAILING, every=NEVER, pick=Life.rare_days),
    },
)
HOME_AGAIN: Final = (Vessels(112, 70, 84, (Sitting(8.2), Sitting(18.9, 2, 0.15)), alike=0.2),)
SETTLED: Final = replace(
    discharged.CONDITION,
    kit={
        **discharged.CONDITION.kit,
        "cuff": partial(hypertension.cuff, bodies=HOME_AGAIN, every=NEVER, pick=Life.rare_days),
    },
)
AWAY: Final = Held(0.004, 2, 8)  # once in three months for a device that is used three times a day
MIXED: Final = Held(0.05, 2, 3)

# of 100 patients; all (design)
SHARES: Final[Mapping[str, tuple[Condition, int]]] = MappingProxyType(
    {
        each.name: (each, share)
        for each, share in (
            (TREATED, 42),
            (ON_TABLETS, 16),
            (STABLE, 8),
            (diabetes_type_1.CONDITION, 4),
            (unaware.CONDITION, 3),
            (apnoea.CONDITION, 2),
            (unmasked.CONDITION, 2),
            (breathless.CONDITION, 2),
            (SETTLED, 5),
            (congestion.CONDITION, 4),
            (frail.CONDITION, 4),
            (fibrillation.CONDITION, 3),
            (pregnancy.CONDITION, 3),
            (healthy.CONDITION, 2),
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
