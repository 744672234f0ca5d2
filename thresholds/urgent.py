"""Who is looked at first: a hint from one reading alone, by the published limits of the critical rules.

It decides order, never a flag: a patient's own limits, facts and history are the rules' to judge, at once for what is
urgent and with the next round for the rest.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NEVER: Final = float("inf")
CRITICAL: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "systolic": (90.0, 160.0),  # BP-LOW-CRIT with symptoms; BP-PREG, which BP-SEV lies above
        "diastolic": (-NEVER, 110.0),  # BP-PREG
        "pulse": (40.0, 131.0),  # HR-BRADY, HR-TACHY
        "glucose": (54.1, 399.0),  # GLU-L2, CGM-L2, GLU-XHI; their mmol/L pairs convert to 54.05 and 399.9
    }
)  # component -> (urgent below, urgent from), in the catalogue's unit


def is_urgent(values: Mapping[str, float], comparator: str | None) -> bool:
    """Whether a reading may be critical by itself. `values`: component -> double in the catalogue's unit;
    `comparator`: set for LO and HI, which always are."""
    if comparator is not None:
        return True
    for name, value in values.items():
        limits = CRITICAL.get(name)
        if limits is not None and not limits[0] <= value < limits[1]:
            return True
    return False
