"""Watch coverage: the hours in which a rule could have fired."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.coverage.covered import Covered, covered
from flags.coverage.spans import both, merged, total, without
from thresholds import RULES
from thresholds.types import Amount, Awaited, Case, Fact, Sample

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
BEGIN = NOON - timedelta(days=10)
SPAN = BEGIN, NOON
HOUR = timedelta(hours=1)
NAMES = {"blood_pressure": ("systolic", "diastolic"), "weight": ("weight",)}
HEART_FAILURE = Fact("condition", "heart_failure", BEGIN - timedelta(days=400))

HOURS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def spans(hours: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
    return merged((BEGIN + begin * HOUR, BEGIN + end * HOUR) for begin, end in hours)


def inside(one: list[tuple[datetime, datetime]], hour: int) -> bool:
    return any(begin <= BEGIN + hour * HOUR < end for begin, end in one)


@given(HOURS, HOURS)
def test_spans_are_what_their_hours_say(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, other = spans(left), spans(right)
    for hour in range(41):
        assert inside(both(one, other), hour) == (inside(one, hour) and inside(other, hour))
        assert inside(without(one, other), hour) == (inside(one, hour) and not inside(other, hour))
    assert total(both(one, other)) + total(without(one, other)) == total(one)


def readings(stream: str, *days_before: float, value: str = "120 80 mmHg") -> list[Sample]:
    *numbers, unit = value.split()
    values = {name: Amount(text, unit) for name, text in zip(NAMES[stream], numbers, strict=True)}
    return [Sample(UUID(int=place), NOON - timedelta(days=days), values) for place, days in enumerate(days_before)]


def cover(
    rule: str, samples: list[Sample], *facts: Fact, running: tuple[float, float] = (99, 0), late: float = 0
) -> Covered:
    """`running`: from so many days before the end to so many; each reading came in `late` days after it."""
    ran = [(NOON - timedelta(days=running[0]), NOON - timedelta(days=running[1]))]
    received_at = {sample.id: sample.at + timedelta(days=late) for sample in samples}
    return covered(RULES[rule], samples, Case("UTC", NOON, facts), SPAN, running=ran, received_at=received_at)


def days(one: Covered) -> dict[str, float]:
    """What is not nothing, in days."""
    told = {"could": one.could, "judged": one.judged, **one.lost}
    return {name: span / timedelta(days=1) for name, span in told.items() if span}


def test_a_reading_counts_until_its_stream_is_silent_for_too_long() -> None:
    assert days(cover("BP-SEV", readings("blood_pressure", 8, 7))) == {"could": 4, "judged": 4, "no_data": 6}


def test_a_reading_of_before_the_span_counts_into_it() -> None:
    assert days(cover("BP-SEV", readings("blood_pressure", 12))) == {"could": 1, "judged": 1, "no_data": 9}


def test_what_came_in_late_could_be_judged_since_but_not_then() -> None:
    one = cover("BP-SEV", readings("blood_pressure", 8), late=2)
    assert days(one) == {"could": 1, "judged": 3, "no_data": 9}


def test_where_ingest_did_not_run_nothing_could_fire() -> None:
    one = cover("BP-SEV", readings("blood_pressure", 10, 7.5, 5, 2.5), running=(6, 1))
    assert days(one) == {"could": 5, "judged": 10, "not_running": 5}
    assert one.share == 0.5


def test_a_rule_that_compares_needs_something_to_compare_with() -> None:
    one = cover("WT-HF-3D", readings("weight", 9, 8, 2, value="80 kg"), HEART_FAILURE)
    assert days(one) == {"could": 2, "judged": 2, "no_data": 5, "not_enough_data": 3}


def test_only_the_time_in_which_the_rule_was_for_the_patient_is_asked_about() -> None:
    failing = Fact("condition", "heart_failure", NOON - timedelta(days=4))
    one = cover("NODATA-WT", readings("weight", 9, value="80 kg"), failing)
    assert days(one) == {"could": 4, "judged": 4}
    assert (one.applied, one.share) == (timedelta(days=4), 1.0)
    assert cover("NODATA-WT", readings("weight", 9, value="80 kg")).share == 0


def test_a_missing_fact_is_said_before_missing_readings() -> None:
    dry = Fact("dry_weight", "78", NOON - timedelta(days=1))
    one = cover("WT-HF-DRY", readings("weight", 9, 1.5, value="80 kg"), HEART_FAILURE, dry)
    assert days(one) == {"could": 0.5 + 0.5, "judged": 1.0, "no_fact": 9}


def test_silence_can_be_judged_from_the_first_reading_on_and_not_while_the_patient_is_away() -> None:
    away = Fact("paused", "hospital", NOON - timedelta(days=3), NOON - timedelta(days=1))
    assert days(cover("NODATA-BP", readings("blood_pressure", 8), away)) == {
        "could": 6, "judged": 6, "paused": 2, "no_data": 2,
    }  # fmt: skip


def test_a_pause_explains_why_there_is_no_reading_and_hinders_none() -> None:
    away = Fact("paused", "travel", NOON - timedelta(days=6), NOON - timedelta(days=1))
    one = cover("BP-SEV", readings("blood_pressure", 7), away)
    assert days(one) == {"could": 3, "judged": 3, "paused": 3, "no_data": 4}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if not rule.needs])
def test_without_any_reading_nothing_could_fire(rule: str) -> None:
    one = cover(rule, [])
    assert (one.could, one.judged) == (timedelta(0), timedelta(0))
    assert sum(one.lost.values(), timedelta(0)) == one.applied == timedelta(days=10)


def test_a_programme_that_awaits_the_first_reading_can_miss_it() -> None:
    awaited = (Awaited("blood_pressure", NOON - timedelta(days=4)),)
    case = Case("UTC", NOON, awaited=awaited)
    one = covered(RULES["NODATA-BP"], [], case, SPAN, running=[SPAN], received_at={})
    assert days(one) == {"could": 4, "judged": 4, "no_data": 6}
