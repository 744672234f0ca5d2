"""Silence: NODATA-* and CGM-GAP, gaps between readings and the open gap after the newest (clinical reference §3.8)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID

from thresholds.expected import (
    BLOOD_PRESSURE,
    EXPECTED,
    GLUCOSE,
    NAMED,
    SENSOR,
    SLEEP,
    WEIGHT,
    Expected,
    prescribed_gap,
)
from thresholds.fold import moments
from thresholds.limits import Bounds, bounds_of
from thresholds.types import Case, Fact, Found, Rule, Sample

PAUSED: Final = "paused"
NO_READING: Final = UUID(int=0)  # stands for an enrolment, where a gap begins with one


def first_limit(stream: str, case: Case, at: datetime) -> timedelta | None:
    """The shortest limit of any tier for the stream, None when its silence is not judged: when to look again after a
    reading measured at `at`."""
    return first_limits(stream, case)(at)


def first_limits(stream: str, case: Case) -> Callable[[datetime], timedelta | None]:
    """The same for many instants: between two changes it is found once."""
    expected = EXPECTED.get(stream)
    if expected is None:
        return lambda _at: None
    bounds_at, facts = bounds_of(SILENCES[expected.rule], case), case.facts if expected.prescribed else ()
    known: dict[tuple[int, timedelta | None], timedelta] = {}

    def limit(at: datetime) -> timedelta:
        bounds = bounds_at(at)  # the same object as long as it does not change
        key = id(bounds), prescribed_gap(facts, at) if facts else None
        if key not in known:
            known[key] = expected.tiers_at(bounds, case.facts, at)[0].limit
        return known[key]

    return limit


def fold_gaps(expected: Expected, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Gaps between readings whose clock is good, and the one after the newest when the case allows.

    A gap comes to light with the reading that ends it, long after it began: besides the episodes that start at
    `start` or later, those that were not over before `start` are returned, however early they started.
    """
    bounds_at = bounds_of(SILENCES[expected.rule], case)
    return [
        found
        for gap in gaps(SILENCES[expected.rule].stream, samples, case)
        if (gap.until is None or gap.until >= start)
        and (found := silence(expected, gap, case, bounds_at(gap.after.at)))
    ]


class Gap(NamedTuple):
    """From one reading, or from enrolment, to the next; `until` is None for the gap after the newest, which lasts
    `now`."""

    after: Sample
    until: datetime | None


def gaps(stream: str, samples: Sequence[Sample], case: Case) -> Iterator[Gap]:
    readings = [moment[-1] for moment in moments(samples, doubtful=False)]
    since = awaited_since(stream, case, readings[0].at if readings else case.now)
    if since is not None:
        readings.insert(0, Sample(NO_READING, since, {}))
    yield from (Gap(one, other.at) for one, other in pairwise(readings))
    if readings and case.open_gap:
        yield Gap(readings[-1], None)


def awaited_since(stream: str, case: Case, until: datetime) -> datetime | None:
    """From when a programme waited for the first reading, which came at `until`; None when none did."""
    mine = (each for each in case.awaited if each.stream == stream and each.from_at <= until)
    return min((each.from_at for each in mine if each.until_at is None or until <= each.until_at), default=None)


def counts_from(facts: Sequence[Fact], since: datetime, until: datetime) -> datetime | None:
    """From when readings are expected in the gap: `since`, or where the patient was paused (hospital, travel) within
    it, from the end of that; None for a pause without an end. The pause may end after `until`."""
    pauses = [each for each in facts if each.name == PAUSED and each.from_at < until]
    ends = [each.until_at for each in pauses if each.until_at is None or each.until_at > since]
    return None if None in ends else max([since, *(end for end in ends if end is not None)])


def silence(expected: Expected, gap: Gap, case: Case, bounds: Bounds) -> Found | None:
    """The episode of one gap: it starts when the first limit is reached and is as severe as the gap is long. A pause
    explains what of the gap came before it, too."""
    until = gap.until or case.now
    since = counts_from(case.facts, gap.after.at, until)
    if since is None or (expected.needs and not case.has(*expected.needs, gap.after.at)):
        return None
    tiers = expected.tiers_at(bounds, case.facts, gap.after.at)
    waited = until - since
    passed = [tier for tier in tiers if waited > tier.limit]
    if not passed:
        return None
    next_tier = None if gap.until else next(iter(tiers[len(passed) :]), None)
    return Found(
        rule=expected.rule,
        severity=passed[-1].severity,
        state="ended" if gap.until else "lasting",
        started_at=since + tiers[0].limit,
        last_at=gap.until or since + passed[-1].limit,
        ended_at=gap.until,
        breaches=1,
        first=gap.after,
        worst=gap.after,
        newest=gap.after,
        figure=length(waited) if gap.until else f"more than {length(passed[-1].limit)}",
        recheck_at=since + next_tier.limit if next_tier else None,
    )


def length(span: timedelta) -> str:
    """Days and hours, cut: 3 d 4 h; of less than a day hours and minutes: 3 h 20 min."""
    hours, minutes = span.seconds // 3600, span.seconds // 60 % 60
    parts = {"d": span.days, "h": hours, "min": 0 if span.days else minutes}
    return " ".join(f"{count} {unit}" for unit, count in parts.items() if count) or "0 min"


def rule(expected: Expected, stream: str, what: str, limit: str, *, on: bool = True) -> Rule:
    """The rule of one stream; its flag closes with the gap, since a reading is all that was missing."""
    return Rule(
        id=expected.rule,
        words=f"No {what} for longer than {limit}",
        limit=limit,
        stream=stream,
        severity=NAMED[expected.parameters[0].name],
        source="our own",
        standing="(design)",
        fold=partial(fold_gaps, expected),
        needs=expected.needs,
        closes_itself=True,
        on=on,
        parameters=expected.parameters,
    )


NODATA_WT: Final = rule(WEIGHT, "weight", "weight reading in heart failure", "2 d (INFO), 3 d (MOD), 5 d (HIGH)")
NODATA_BP: Final = rule(BLOOD_PRESSURE, "blood_pressure", "blood pressure reading", "3 d (INFO), 7 d (MOD)")
NODATA_GLU: Final = rule(
    GLUCOSE, "glucose", "fingerstick", "twice the prescribed gap (INFO, when there is one), 3 d (MOD), 7 d (HIGH)"
)
CGM_GAP: Final = rule(SENSOR, "cgm", "sensor sample", "30 min (INFO), 3 h (MOD), 24 h (HIGH)", on=False)
NODATA_SLP: Final = rule(SLEEP, "sleep", "night of sleep", "3 nights (INFO), 7 nights (MOD)")
SILENCES: Final = {each.id: each for each in (NODATA_WT, NODATA_BP, NODATA_GLU, CGM_GAP, NODATA_SLP)}
