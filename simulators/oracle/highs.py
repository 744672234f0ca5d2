"""GLU-VHI and GLU-HI, which want more than one reading above a limit; by clocks that can be believed."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from simulators.oracle.glucose import under
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen

VERY_HIGH: Final = {"mg/dL": Decimal(250), "mmol/L": Decimal("13.9")}
AFTER_MEAL: Final = {"mg/dL": Decimal(180), "mmol/L": Decimal("10.0")}
BEFORE_MEAL: Final = {"mg/dL": Decimal(130), "mmol/L": Decimal("7.2")}
GOALS: Final = {"fasting": BEFORE_MEAL, "before_meal": BEFORE_MEAL, "after_meal": AFTER_MEAL}
DAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(days=7)
Judge = Callable[[Point], bool]


def over(point: Point, limit: dict[str, Decimal]) -> bool:
    """HI is over every limit, LO over none."""
    text, unit = point.values["glucose"]
    return text == "HI" or (text != "LO" and Decimal(text) > limit[unit])


def glu_vhi(seen: Seen) -> list[Point]:
    """Above 250 twice in a row, the second within a day of the first, or three times in seven days."""
    return _begun_together(seen.sure.points, lambda point: over(point, VERY_HIGH), DAY, often=3)


def glu_hi(seen: Seen) -> list[Point]:
    """Above the goal of its meal, twice in a row among readings that have a goal, within a week of each other."""
    with_goal = [point for point in seen.sure.points if point.context.get("meal") in GOALS]
    return _begun_together(with_goal, lambda point: over(point, GOALS[point.context["meal"]]), WEEK)


def _begun_together(points: Sequence[Point], high: Judge, near: timedelta, often: int | None = None) -> list[Point]:
    """An episode starts at the reading that completes the condition, and lasts while readings are high."""
    starts: list[Point] = []
    lasts = False
    for n, point in enumerate(points):
        if not lasts and high(point) and _again(points[: n + 1], high, near, often):
            starts.append(point)
            lasts = True
        lasts = lasts and high(point)
    return starts


def _again(points: Sequence[Point], high: Judge, near: timedelta, often: int | None) -> bool:
    """`points` end with a high one."""
    last = points[-1]
    if len(points) > 1 and high(points[-2]) and last.at - points[-2].at <= near:
        return True
    return often is not None and sum(last.at - each.at < WEEK and high(each) for each in points) >= often


def glu_preg(seen: Seen) -> list[Point]:
    """Pregnant: 95 fasting and 140 after a meal are too high; on insulin below 70 and 100 too low. How long after the
    meal nobody says: what is too high at two hours but not at one (from 120), or too low at one but not at two (below
    110), is not judged, and neither begins nor ends anything."""
    judged = [(point, _outside(seen, point)) for point in seen.points]
    known = [(point, outside) for point, outside in judged if outside is not None]
    return [point for n, (point, outside) in enumerate(known) if outside and not (n and known[n - 1][1])]


FASTING: Final = {"mg/dL": Decimal(95), "mmol/L": Decimal("5.3")}
ONE_HOUR: Final = {"mg/dL": Decimal(140), "mmol/L": Decimal("7.8")}
TWO_HOURS: Final = {"mg/dL": Decimal(120), "mmol/L": Decimal("6.7")}
FLOOR_FASTING: Final = {"mg/dL": Decimal(70), "mmol/L": Decimal("3.9")}
FLOOR_ONE_HOUR: Final = {"mg/dL": Decimal(110), "mmol/L": Decimal("6.1")}
FLOOR_TWO_HOURS: Final = {"mg/dL": Decimal(100), "mmol/L": Decimal("5.6")}


def _outside(seen: Seen, point: Point) -> bool | None:
    """None where nobody can tell."""
    if not seen.has("condition", "pregnancy", point.at):
        return False
    insulin = seen.has("medication", "insulin", point.at)
    if point.context.get("meal") == "fasting":
        return not under(point, FASTING) or (insulin and under(point, FLOOR_FASTING))
    if point.context.get("meal") != "after_meal":
        return None
    at_one = not under(point, ONE_HOUR) or (insulin and under(point, FLOOR_ONE_HOUR))
    at_two = not under(point, TWO_HOURS) or (insulin and under(point, FLOOR_TWO_HOURS))
    return at_one if at_one == at_two else None
