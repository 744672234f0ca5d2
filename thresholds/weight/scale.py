"""What the rules of weight share: kilograms, a gain, and the right earlier weighing to compare with."""

from collections import deque
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final

from models.measures import WEIGHT
from thresholds.compare import EXACT, Bound, component_of, converted, number
from thresholds.fold import Moment
from thresholds.types import Sample

BODY: Final = component_of(WEIGHT, "weight")
POUNDS: Final = frozenset({"lb", "lbs", "[lb_av]"})
HEART_FAILURE: Final = ("condition", "heart_failure")


def kilograms(sample: Sample) -> Decimal:
    return converted(sample.values[BODY.name], BODY)


def beyond(bound: Bound, before: Sample, after: Sample) -> Decimal:
    """How far the gain exceeds its limit: in pounds where the limit has a figure in pounds and both were weighed in
    them, else in kilograms. 5 lb are 2.268 kg, and neither 2.27 kg converts into the other."""
    amounts = [sample.values[BODY.name] for sample in (before, after)]
    pounds = next((figure for unit, figure in bound.figures.items() if unit in POUNDS), None)
    if pounds is None or any(amount.unit not in POUNDS for amount in amounts):
        return EXACT.subtract(gain(before, after), bound.number)
    return EXACT.subtract(EXACT.subtract(number(amounts[1]), number(amounts[0])), pounds)


def gain(before: Sample, after: Sample) -> Decimal:
    return EXACT.subtract(kilograms(after), kilograms(before))


def shown(change: Decimal) -> str:
    """Rounded up, so that a breach never reads like a limit that it exceeds."""
    return f"{change.quantize(Decimal('0.01'), ROUND_UP, EXACT):+} kg"


class Extreme:
    """The lowest (`sign` 1) or highest (-1) weighing within [at - span, at); None when there is none."""

    def __init__(self, span: timedelta, sign: int) -> None:
        self.span = span
        self.sign = sign
        self.rising: deque[Sample] = deque()  # what may yet be the extreme: later and further from it
        self.before: Sample | None = None

    def key(self, sample: Sample) -> Decimal:
        return self.sign * kilograms(sample)

    def move(self, moment: Moment) -> None:
        while self.rising and self.rising[0].at < moment[0].at - self.span:
            self.rising.popleft()
        self.before = self.rising[0] if self.rising else None
        newest = min(moment, key=self.key)
        while self.rising and self.key(self.rising[-1]) >= self.key(newest):
            self.rising.pop()
        self.rising.append(newest)


class Nearest:
    """The weighing nearest to `ago` before, of those that are `least` to `most` old; None when there is none. Of two as
    near the lighter (`sign` 1) or the heavier (-1), which is the safer to compare with."""

    def __init__(self, ago: timedelta, least: timedelta, most: timedelta, sign: int) -> None:
        self.ago = ago
        self.least = least
        self.most = most
        self.sign = sign
        self.recent: deque[Sample] = deque()
        self.eligible: deque[Sample] = deque()
        self.before: Sample | None = None

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        self.recent.extend(moment)
        while at - self.recent[0].at >= self.least:
            self.eligible.append(self.recent.popleft())
        while self.eligible and at - self.eligible[0].at > self.most:
            self.eligible.popleft()
        self.before = min(self.eligible, key=lambda sample: self.rank(sample, at), default=None)

    def rank(self, sample: Sample, at: datetime) -> tuple[timedelta, Decimal]:
        return abs(at - sample.at - self.ago), self.sign * kilograms(sample)
