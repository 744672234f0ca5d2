"""Pressures that want a repeat: BP-G3, BP-S2, BP-LOW, BP-ORTHO and BP-PREG-MOD; by clocks that can be believed."""

from datetime import timedelta
from typing import Final

from simulators.oracle.point import Point
from simulators.oracle.pressure import expecting, mmhg, reaches
from simulators.oracle.repeated import repeated
from simulators.oracle.seen import Seen, rows

APART: Final = timedelta(hours=4)
STANDING: Final = timedelta(minutes=3)
RESTING: Final = ("sitting", "lying")


def bp_g3(seen: Seen) -> list[Point]:
    return repeated(seen.sure.points, lambda point: reaches(point, 180, 110) and not expecting(seen, point))


def bp_low(seen: Seen) -> list[Point]:
    return repeated(seen.sure.points, lambda point: mmhg(point, "systolic") < 90 and not expecting(seen, point))


def bp_preg_mod(seen: Seen) -> list[Point]:
    """The repeat is the first reading four hours later or more."""

    def raised(point: Point) -> bool:
        return reaches(point, 140, 90) and expecting(seen, point)

    return repeated(seen.sure.points, raised, after=APART)


def bp_s2(seen: Seen) -> list[Point]:
    """A reading of grade 2, with another on one of the two dates before: two of the last three days."""
    sure = seen.sure.points
    days = {seen.day(point) for point in sure if reaches(point, 160, 100)}

    def again(point: Point) -> bool:
        today = seen.day(point)
        before = {today - timedelta(days=1), today - timedelta(days=2)}
        return reaches(point, 160, 100) and bool(days & before) and not expecting(seen, point)

    return rows(sure, again)


def bp_ortho(seen: Seen) -> list[Point]:
    """Standing readings at most three minutes after the last one at rest; a fall in two such in a row."""
    stood: list[Point] = []
    falls: dict[tuple[str, str], bool] = {}
    rest: Point | None = None
    for point in seen.sure.points:
        if point.context.get("posture") in RESTING:
            rest = point
        elif point.context.get("posture") == "standing" and rest is not None and point.at - rest.at <= STANDING:
            stood.append(point)
            falls[point.key] = _falls(rest, point) and not expecting(seen, point)
    return repeated(stood, lambda point: falls[point.key])


def _falls(rest: Point, standing: Point) -> bool:
    systolic, diastolic = (mmhg(rest, name) - mmhg(standing, name) for name in ("systolic", "diastolic"))
    return systolic >= 20 or diastolic >= 10
