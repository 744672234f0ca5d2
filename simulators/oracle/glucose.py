"""GLU-L2, GLU-L1 and GLU-XHI on fingersticks: an episode is a row of readings within the band, nothing more."""

from decimal import Decimal
from typing import Final

from simulators.oracle.point import Point
from simulators.oracle.seen import Seen, rows

# published pairs: nothing is converted, 3.0 mmol/L is the limit itself
VERY_LOW: Final = {"mg/dL": Decimal(54), "mmol/L": Decimal("3.0")}
LOW: Final = {"mg/dL": Decimal(70), "mmol/L": Decimal("3.9")}
EXTREME: Final = {"mg/dL": Decimal(400), "mmol/L": Decimal("22.2")}


def under(point: Point, limit: dict[str, Decimal]) -> bool:
    """LO is under every limit, HI under none."""
    text, unit = point.values["glucose"]
    return text == "LO" or (text != "HI" and Decimal(text) < limit[unit])


def glu_l2(seen: Seen) -> list[Point]:
    return rows(seen.points, lambda point: under(point, VERY_LOW))


def glu_l1(seen: Seen) -> list[Point]:
    return rows(seen.points, lambda point: under(point, LOW) and not under(point, VERY_LOW))


def glu_xhi(seen: Seen) -> list[Point]:
    return rows(seen.points, lambda point: not under(point, EXTREME))
