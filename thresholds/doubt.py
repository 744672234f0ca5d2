"""Doubts about a reading: marks that its history sets, computed again whenever it is judged (clinical reference §2.1).

Critical rules judge doubtful readings all the same; rules that look at a trend leave them out, and say how many. What
is far from the 7-day median may be another person on the scale; three agreeing weighings on two days move the baseline.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import CATALOGUE, NOT_A_PATIENT
from thresholds.compare import EXACT, component_of, converted
from thresholds.estimates.spread import middle
from thresholds.types import Case, Found, Rule, Sample, SoFar
from thresholds.weight.scale import kilograms

OTHER_PERSON: Final = "other_person"
FAR: Final = "far_from_usual"
STEP: Final = "step"
CLOCK: Final = "clock"
QUESTIONABLE: Final = "questionable"
BECAUSE: Final[Mapping[str, str]] = MappingProxyType(
    {
        OTHER_PERSON: "more than 10 % from the median of 7 days, perhaps another person",
        FAR: "more than 5 % from the median of 7 days",
        STEP: "a step of more than 10 mg/dL a minute",
        CLOCK: "its clock cannot be trusted",
        QUESTIONABLE: "an unusual value",
    }
)
LEFT_OUT: Final = frozenset({OTHER_PERSON, STEP, QUESTIONABLE})  # of trends; the folds leave doubtful clocks out
TRENDS: Final = frozenset(
    {
        "BP-HOME-EU", "BP-HOME-US", "BP-DROP", "BP-RISE", "BP-PP", "HR-TREND", "CGM-ROC", "CGM-ULS",
        "SLP-AHI", "SLP-AHI-CPAP",  # a night too short for an index is one for the other rules of sleep
        "WT-HF-1D", "WT-HF-3D", "WT-HF-7D", "WT-HF-DRY", "WT-HF-LOSS", "WT-LOSS-30", "WT-LOSS-90", "WT-LOSS-180",
    }
)  # fmt: skip

WEEK: Final = timedelta(days=7)
ENOUGH: Final = 3  # weighings; a median of fewer is none, and as many that agree are a new baseline
OTHERS, UNUSUAL, AGREE = Decimal("0.10"), Decimal("0.05"), Decimal("0.05")
QUARTER: Final = timedelta(minutes=15)
MINUTE: Final = timedelta(minutes=1)
A_MINUTE: Final = Decimal(10)  # mg/dL
SENSED: Final = component_of(CATALOGUE["glucose"], "glucose")
MICROSECONDS: Final = Decimal(60_000_000)

RECALL: Final[Mapping[str, timedelta]] = MappingProxyType({"weight": WEEK, "cgm": QUARTER})
"""By stream: how far back the doubts of a reading look. Whoever judges from an instant on reads so much more."""

Doubts = tuple[str, ...]


def marked(stream: str, samples: Sequence[Sample], zone: str) -> Sequence[Sample]:
    """The stream's samples, ordered by (at, id), each with what its history says against it. `zone` is an IANA name."""
    doubt = MARKERS.get(stream)
    if doubt is None:
        return samples
    found = doubt(samples, ZoneInfo(zone))
    return [
        replace(sample, doubts=(*sample.doubts, *more)) if more else sample
        for sample, more in zip(samples, found, strict=True)
    ]


class Week:
    """The weighings of the seven days before an instant, and their weights in kg from the lightest on."""

    def __init__(self) -> None:
        self.earlier: deque[Sample] = deque()
        self.weights: list[Decimal] = []
        self.together: list[Sample] = []

    def move(self, at: datetime) -> None:
        if self.together and self.together[0].at < at:
            self.earlier += self.together
            for weight in map(kilograms, self.together):
                insort(self.weights, weight)
            self.together = []
        while self.earlier and at - self.earlier[0].at > WEEK:
            del self.weights[bisect_left(self.weights, kilograms(self.earlier.popleft()))]


def _weighed(samples: Iterable[Sample], zone: ZoneInfo) -> Iterator[Doubts]:
    week = Week()
    for sample in samples:
        if sample.doubtful or sample.context.get("kind") in NOT_A_PATIENT:
            yield ()
            continue
        week.move(sample.at)
        yield _far(sample, week, zone)
        week.together.append(sample)


def _far(sample: Sample, week: Week, zone: ZoneInfo) -> Doubts:
    known = week.weights
    if len(known) < ENOUGH or _is_near_all(kilograms(sample), known[0], known[-1]):
        return ()
    usual = middle(known)
    if not _differs(sample, usual, UNUSUAL):
        return ()
    if not _differs(sample, usual, OTHERS):
        return (FAR,)
    agreeing = [each for each in (*week.earlier, sample) if not _differs(each, kilograms(sample), AGREE)]
    days = {each.at.astimezone(zone).date() for each in agreeing}
    return () if len(agreeing) >= ENOUGH and len(days) > 1 else (OTHER_PERSON,)


def _is_near_all(mine: Decimal, least: Decimal, most: Decimal) -> bool:
    """Then it is near their median too, which need not be found: so it is nearly always."""
    return EXACT.multiply(most, 1 - UNUSUAL) <= mine <= EXACT.multiply(least, 1 + UNUSUAL)


def _differs(sample: Sample, usual: Decimal, share: Decimal) -> bool:
    return abs(EXACT.subtract(kilograms(sample), usual)) > EXACT.multiply(usual, share)


def _sensed(samples: Iterable[Sample], _zone: ZoneInfo) -> Iterator[Doubts]:
    """Against the sample before; LO and HI are no numbers to step from or to."""
    before: tuple[datetime, Decimal] | None = None
    for sample in samples:
        if sample.doubtful or sample.context.get("kind") in NOT_A_PATIENT:
            yield ()
            continue
        now = sample.at, converted(sample.values[SENSED.name], SENSED)
        yield (STEP,) if before is not None and _steps(*before, *now) else ()
        before = now


def _steps(since: datetime, one: Decimal, at: datetime, other: Decimal) -> bool:
    if not timedelta(0) < at - since <= QUARTER or one.is_infinite() or other.is_infinite():
        return False
    step = abs(EXACT.subtract(other, one))
    if step <= A_MINUTE and at - since >= MINUTE:  # so it is nearly always
        return False
    return step > A_MINUTE * (Decimal((at - since) // timedelta(microseconds=1)) / MICROSECONDS)


MARKERS: Final[Mapping[str, Callable[[Iterable[Sample], ZoneInfo], Iterator[Doubts]]]] = MappingProxyType(
    {"weight": _weighed, "cgm": _sensed}
)


def sure(rule: Rule) -> Rule:
    """The rule as it is judged: one that looks at a trend leaves doubtful readings out, one for silence has no doubts,
    because any reading breaks it, and the one before a gap may be read without its history."""
    if rule.closes_itself:
        return replace(rule, fold=partial(_fold_silence, rule))
    return replace(rule, fold=partial(_fold_sure, rule)) if rule.id in TRENDS else rule


def _fold_silence(rule: Rule, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return rule.fold([replace(each, doubts=()) if each.doubts else each for each in samples], start, case)


def _fold_sure(rule: Rule, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    doubtful = [sample for sample in samples if sample.doubts and is_left_out(sample)]
    sure = [sample for sample in samples if not (sample.doubts and is_left_out(sample))] if doubtful else samples
    found = rule.fold(sure, start, case)
    if not doubtful and case.under_way is None:
        return found
    return [_counted(each, doubtful, rule, case.under_way) for each in found]


def _counted(found: Found, doubtful: Sequence[Sample], rule: Rule, under_way: SoFar | None) -> Found:
    """With how many were left out: of an episode that was under way, since then beside those before."""
    known = under_way if under_way and under_way.first.at == found.started_at else None
    after = [each.at for each in doubtful if _bears_upon(each, found, rule) and (not known or each.at > known.at)]
    before = known.left_out if known else 0
    so_far = found.so_far
    if so_far is not None:
        so_far = replace(so_far, left_out=before + sum(at <= so_far.at for at in after))
    return replace(found, left_out=before + len(after), so_far=so_far)


def is_left_out(sample: Sample) -> bool:
    return not LEFT_OUT.isdisjoint(sample.doubts)


def _bears_upon(sample: Sample, found: Found, rule: Rule) -> bool:
    """Whether it lies within what the rule looked at for the episode."""
    return found.started_at - sample.at <= rule.lookback and (found.ended_at is None or sample.at <= found.ended_at)


def words(doubts: Iterable[str]) -> str:
    """Why, such as `a step of more than 10 mg/dL a minute`; several by semicolons."""
    return "; ".join(BECAUSE.get(each, each) for each in doubts)
