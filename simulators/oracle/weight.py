"""Weight in heart failure: WT-HF-1D, -3D, -7D, -DRY and -LOSS. Not what another person weighed.

Days need a clock that can be believed, dry weight does not.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from simulators.oracle.believable import believable
from simulators.oracle.point import Point
from simulators.oracle.seen import Seen, rows
from simulators.oracle.units import kilograms

Judge = Callable[[Point, Sequence[Point]], bool]


def failing(seen: Seen, point: Point) -> bool:
    return seen.has("condition", "heart_failure", point.at)


def wt_hf_1d(seen: Seen) -> list[Point]:
    """1.36 kg or, both in pounds, 3 lb above the weight nearest to 24 h before, of those 18 to 36 h before; the
    lighter of two as near."""

    def gained(point: Point, before: Sequence[Point]) -> bool:
        ages = [(point.at - other.at, other) for other in before]
        near = [(abs(age - DAY), kilograms(other), other) for age, other in ages if EIGHTEEN <= age <= THIRTY_SIX]
        return bool(near) and _grown(min(near, key=lambda each: each[:2])[2], point, "1.36", 3)

    return _against_before(seen, gained)


EIGHTEEN, DAY, THIRTY_SIX = (timedelta(hours=hours) for hours in (18, 24, 36))


def wt_hf_3d(seen: Seen) -> list[Point]:
    """More than 2 kg above the lowest of three days."""

    def gained(point: Point, before: Sequence[Point]) -> bool:
        recent = _within(point, before, 3)
        return bool(recent) and kilograms(point) - min(map(kilograms, recent)) > 2

    return _against_before(seen, gained)


def wt_hf_7d(seen: Seen) -> list[Point]:
    """2.27 kg or, both in pounds, 5 lb above the lowest of seven days."""

    def gained(point: Point, before: Sequence[Point]) -> bool:
        recent = _within(point, before, 7)
        return bool(recent) and _grown(min(recent, key=kilograms), point, "2.27", 5)

    return _against_before(seen, gained)


def wt_hf_loss(seen: Seen) -> list[Point]:
    """On a diuretic, without the goal to lose: more than 2 kg below the highest of three days."""

    def lost(point: Point, before: Sequence[Point]) -> bool:
        wanted = any(seen.has("goal", each, point.at) for each in ("weight_loss", "diuresis"))
        if wanted or not seen.has("medication", "diuretic", point.at):
            return False
        recent = _within(point, before, 3)
        return bool(recent) and max(map(kilograms, recent)) - kilograms(point) > 2

    return _against_before(seen, lost)


def wt_hf_dry(seen: Seen) -> list[Point]:
    """More than 2 kg above the dry weight."""
    dry = dict(seen.patient.facts).get("dry_weight")
    if dry is None:
        return []
    mine = {point.key for point in believable(seen, "weight").points}
    points = [point for point in seen.points if point.key in mine or not point.sure]
    return rows(points, lambda point: kilograms(point) - Decimal(dry) > 2 and failing(seen, point))


def _against_before(seen: Seen, breaks: Judge) -> list[Point]:
    sure = believable(seen, "weight").points
    ahead = {point.key: sure[:n] for n, point in enumerate(sure)}
    return rows(sure, lambda point: failing(seen, point) and breaks(point, ahead[point.key]))


def _within(point: Point, before: Sequence[Point], days: int) -> list[Point]:
    return [other for other in before if point.at - other.at <= timedelta(days=days)]


def _grown(before: Point, after: Point, kilos: str, pounds: int) -> bool:
    if before.values["weight"][1] == after.values["weight"][1] == "lb":
        return after.number("weight") - before.number("weight") >= pounds
    return kilograms(after) - kilograms(before) >= Decimal(kilos)
