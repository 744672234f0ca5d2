"""Published limits of glucose, in both units; `compare.Limit` says why a pair and not a conversion (§0 T1)."""

from decimal import Decimal
from typing import Final

from models.measures import GLUCOSE_MEASURE
from thresholds.compare import Limit, component_of

GLUCOSE: Final = component_of(GLUCOSE_MEASURE, "glucose")


def limit(milligrams: int, millimoles: str) -> Limit:
    return Limit(GLUCOSE, {"mg/dL": Decimal(milligrams), "mmol/L": Decimal(millimoles)})


LEVEL_2: Final = limit(54, "3.0")
LEVEL_1: Final = limit(70, "3.9")
IN_RANGE: Final = limit(180, "10.0")
VERY_HIGH: Final = limit(250, "13.9")
EXTREME: Final = limit(400, "22.2")
