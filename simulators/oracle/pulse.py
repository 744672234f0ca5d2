"""Pulse at rest: HR-BRADY, HR-TACHY, HR-TREND and HR-IRREG."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from simulators.oracle.believable import believable
from simulators.oracle.point import Point
from simulators.oracle.repeated import repeated
from simulators.oracle.seen import Seen, rows
from simulators.oracle.weeks import weeks_of


def _pulse(point: Point) -> Decimal:
    return point.number("pulse")


def hr_brady(seen: Seen) -> list[Point]:
    """Below 50 and again; below 40 once. Over when 55 is reached. Lost clocks too, as critical does not wait."""
    return repeated(
        seen.having("pulse").points,
        lambda point: _pulse(point) < 50,
        alone=lambda point: _pulse(point) < 40,
        over=lambda point: _pulse(point) >= 55,
    )


def hr_tachy(seen: Seen) -> list[Point]:
    """Above 100 and again; above 120 once. Over at 90 or below."""
    return repeated(
        seen.having("pulse").points,
        lambda point: _pulse(point) > 100,
        alone=lambda point: _pulse(point) > 120,
        over=lambda point: _pulse(point) <= 90,
    )


def hr_trend(seen: Seen) -> list[Point]:
    """In heart failure: the mean of seven days 15 % above that of the 28 before, from six readings each."""
    sure = believable(seen, "blood_pressure").having("pulse").points

    def faster(point: Point) -> bool | None:
        recent, before = weeks_of(sure, point)
        if min(len(recent), len(before)) < 6:
            return None
        if not seen.has("condition", "heart_failure", point.at):
            return False
        mean, usual = (Fraction(sum(map(_pulse, each))) / len(each) for each in (recent, before))
        return mean >= usual * Fraction(115, 100)

    return rows(sure, faster)


def hr_irreg(seen: Seen) -> list[Point]:
    """Three of the last ten readings of a cuff that tells, of 30 days at most."""
    sure = seen.sure.having("irregular").points
    starts, before = [], False
    for n, point in enumerate(sure):
        last = [each for each in sure[max(0, n - 9) : n + 1] if point.at - each.at <= timedelta(days=30)]
        now = sum(each.number("irregular") > 0 for each in last) >= 3
        if now and not before:
            starts.append(point)
        before = now
    return starts
