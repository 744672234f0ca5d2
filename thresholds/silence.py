"""Silence: NODATA-* and CGM-GAP, gaps between readings and the open gap after the newest (clinical reference §3.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

from thresholds.facts import stated
from thresholds.fold import moments
from thresholds.types import Case, Fact, Found, Rule, Sample

GAP_HOURS: Final = "glucose_gap_hours"
PRESCRIBED_GAPS: Final = 2


class Tier(NamedTuple):
    """A gap longer than `limit` has this severity."""

    limit: timedelta
    severity: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a stream may be silent: tiers by rising limit. `prescribed`: an INFO tier may come from the patient's
    facts. `needs`: a fact without which nobody expects readings."""

    rule: str
    tiers: tuple[Tier, ...]
    prescribed: bool = False
    needs: tuple[str, str] | None = None

    def tiers_at(self, facts: Sequence[Fact], at: datetime) -> tuple[Tier, ...]:
        """The tiers in force at `at`, by rising limit and severity."""
        gap = prescribed_gap(facts, at) if self.prescribed else None
        if gap is None or gap * PRESCRIBED_GAPS >= self.tiers[0].limit:
            return self.tiers
        return (Tier(gap * PRESCRIBED_GAPS, "INFO"), *self.tiers)


def days(**tiers: float) -> tuple[Tier, ...]:
    return tuple(Tier(timedelta(days=limit), severity) for severity, limit in tiers.items())


WEIGHT: Final = Expected("NODATA-WT", days(INFO=2, MOD=3, HIGH=5), needs=("condition", "heart_failure"))
BLOOD_PRESSURE: Final = Expected("NODATA-BP", days(INFO=3, MOD=7))
GLUCOSE: Final = Expected("NODATA-GLU", days(MOD=3, HIGH=7), prescribed=True)
SENSOR: Final = Expected("CGM-GAP", days(INFO=0.5 / 24, MOD=3 / 24, HIGH=1))
SLEEP: Final = Expected("NODATA-SLP", days(INFO=3, MOD=7))
EXPECTED: Final = {
    "weight": WEIGHT, "blood_pressure": BLOOD_PRESSURE, "glucose": GLUCOSE, "cgm": SENSOR, "sleep": SLEEP,
}  # fmt: skip


def prescribed_gap(facts: Sequence[Fact], at: datetime) -> timedelta | None:
    """The prescribed time between fingersticks in force at `at`; None without one that is a whole number of hours."""
    hours = stated(facts, GAP_HOURS, at)
    return timedelta(hours=hours) if isinstance(hours, int) else None


def first_limit(stream: str, facts: Sequence[Fact] = (), at: datetime | None = None) -> timedelta | None:
    """The shortest limit of any tier for the stream, None when its silence is not judged: when to look again after a
    reading measured at `at`. Without `at` facts are left out, and with them a prescribed gap."""
    expected = EXPECTED.get(stream)
    if expected is None:
        return None
    return (expected.tiers if at is None else expected.tiers_at(facts, at))[0].limit


def fold_gaps(expected: Expected, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Gaps between readings whose clock is good, and the one after the newest when the case allows.

    A gap comes to light with the reading that ends it, long after it began: besides the episodes that start at
    `start` or later, those that were not over before `start` are returned, however early they started.
    """
    return [
        found
        for gap in gaps(samples, case)
        if (gap.until is None or gap.until >= start) and (found := silence(expected, gap, case))
    ]


class Gap(NamedTuple):
    """From one reading to the next; `until` is None for the gap after the newest, which lasts `now`."""

    after: Sample
    until: datetime | None


def gaps(samples: Sequence[Sample], case: Case) -> Iterator[Gap]:
    readings = [moment[-1] for moment in moments(samples, doubtful=False)]
    yield from (Gap(one, other.at) for one, other in pairwise(readings))
    if readings and case.open_gap:
        yield Gap(readings[-1], None)


def silence(expected: Expected, gap: Gap, case: Case) -> Found | None:
    """The episode of one gap: it starts when the first limit is reached and is as severe as the gap is long."""
    since = gap.after.at
    if expected.needs and not case.has(*expected.needs, since):
        return None
    tiers = expected.tiers_at(case.facts, since)
    waited = (gap.until or case.now) - since
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
        severity=expected.tiers[0].severity,
        source="our own",
        standing="(design)",
        fold=partial(fold_gaps, expected),
        needs=expected.needs,
        closes_itself=True,
        on=on,
    )


NODATA_WT: Final = rule(WEIGHT, "weight", "weight reading in heart failure", "2 d (INFO), 3 d (MOD), 5 d (HIGH)")
NODATA_BP: Final = rule(BLOOD_PRESSURE, "blood_pressure", "blood pressure reading", "3 d (INFO), 7 d (MOD)")
NODATA_GLU: Final = rule(
    GLUCOSE, "glucose", "fingerstick", "twice the prescribed gap (INFO, when there is one), 3 d (MOD), 7 d (HIGH)"
)
CGM_GAP: Final = rule(SENSOR, "cgm", "sensor sample", "30 min (INFO), 3 h (MOD), 24 h (HIGH)", on=False)
NODATA_SLP: Final = rule(SLEEP, "sleep", "night of sleep", "3 nights (INFO), 7 nights (MOD)")
