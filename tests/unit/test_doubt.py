"""Doubts: what the history of a reading says against it, and which rules do without it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.history import doubts_of, one_route
from thresholds import RULES
from thresholds.doubt import FAR, OTHER_PERSON, QUESTIONABLE, RECALL, STEP, TRENDS, marked
from thresholds.types import Amount, Case, Fact, Sample

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
ZONE = "Europe/Paris"
DAILY = [(day, 80.0) for day in range(7)]


def sample(n: int, at: datetime, doubts: tuple[str, ...] = (), **values: str) -> Sample:
    return Sample(UUID(int=n), at, {name: Amount(*text.split()) for name, text in values.items()}, doubts=doubts)


def weighings(*told: tuple[float, float]) -> list[Sample]:
    return [sample(n, MORNING + timedelta(days=day), weight=f"{kg} kg") for n, (day, kg) in enumerate(told)]


def doubts(*told: tuple[float, float]) -> list[tuple[str, ...]]:
    return [each.doubts for each in marked("weight", weighings(*told), ZONE)]


@pytest.mark.parametrize(
    ("kg", "expected"),
    [
        (84.0, ()), (84.1, (FAR,)), (88.0, (FAR,)), (88.1, (OTHER_PERSON,)),
        (76.0, ()), (75.9, (FAR,)), (72.0, (FAR,)), (71.9, (OTHER_PERSON,)),
    ],
)  # fmt: skip
def test_a_weight_is_held_against_the_median_of_the_seven_days_before(kg: float, expected: tuple[str, ...]) -> None:
    assert doubts(*DAILY, (7, kg))[-1] == expected


def test_fewer_than_three_weighings_are_no_median() -> None:
    assert doubts((0, 80.0), (1, 80.0), (2, 60.0)) == [(), (), ()]
    assert doubts((0, 80.0), (1, 80.0), (2, 80.0), (9.001, 60.0))[-1] == (), "they are too old"


def test_the_third_weighing_before_makes_a_median() -> None:
    assert doubts((0, 80.0), (1, 80.0), (2, 80.0), (3, 60.0))[-1] == (OTHER_PERSON,)
    assert doubts((0, 80.0), (1, 80.0), (2, 80.0), (2, 60.0))[-1] == (), "one of the same instant is not before"


@pytest.mark.parametrize(("day", "expected"), [(7, (OTHER_PERSON,)), (7.0001, ()), (7.9, ())])
def test_the_week_before_has_its_first_instant(day: float, expected: tuple[str, ...]) -> None:
    assert doubts((0, 80.0), (0.5, 80.0), (1, 80.0), (day, 60.0))[-1] == expected


@pytest.mark.parametrize(("other", "expected"), [(63.0, ()), (63.1, (OTHER_PERSON,))])
def test_weighings_agree_within_a_twentieth_of_the_newest(other: float, expected: tuple[str, ...]) -> None:
    assert doubts(*DAILY, (7, other), (7.1, other), (8, 60.0))[-1] == expected


def test_neither_a_doubtful_clock_nor_a_test_is_held_against_the_median_or_in_it() -> None:
    three = weighings((0, 80.0), (1, 80.0), (2, 80.0))
    far = sample(9, MORNING + timedelta(days=3), weight="60 kg")
    for apart in (replace(far, doubtful=True), replace(far, context={"kind": "test"})):
        assert [each.doubts for each in marked("weight", [*three, apart], ZONE)] == [()] * 4
    two = [replace(three[0], doubtful=True), *three[1:], far]
    assert [each.doubts for each in marked("weight", two, ZONE)][-1] == ()


def test_a_sensors_test_or_lost_clock_is_no_step() -> None:
    before, after = (sample(n, MORNING + timedelta(minutes=5 * n), glucose=f"{100 * n} mg/dL") for n in (1, 2))
    for apart in (replace(after, doubtful=True), replace(after, context={"kind": "test"})):
        assert [each.doubts for each in marked("cgm", [before, apart], ZONE)] == [(), ()]


def test_two_values_of_one_instant_are_no_step() -> None:
    both = [sample(n, MORNING, glucose=f"{100 * n} mg/dL") for n in (1, 2)]
    assert [each.doubts for each in marked("cgm", both, ZONE)] == [(), ()]


def test_three_agreeing_weighings_on_two_days_move_the_baseline() -> None:
    assert doubts(*DAILY, (7, 60.0), (7.1, 61.0), (8, 60.5))[-3:] == [(OTHER_PERSON,), (OTHER_PERSON,), ()]


def test_three_on_one_day_do_not() -> None:
    assert doubts(*DAILY, (7, 60.0), (7.1, 61.0), (7.2, 60.5))[-1] == (OTHER_PERSON,)


def test_a_day_is_the_patients() -> None:
    """23:30 and 00:30 in Paris are one date in Greenwich."""
    late = [(7 + 16 / 24, 60.0), (7 + 16.4 / 24, 60.2), (7 + 17 / 24, 60.1)]
    assert doubts(*DAILY, *late)[-1] == ()
    in_utc = marked("weight", weighings(*DAILY, *late), "UTC")
    assert in_utc[-1].doubts == (OTHER_PERSON,)


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from([58.0, 60.0, 70.0, 78.0, 80.0, 84.5, 88.5, 92.0]))))
def test_a_doubt_depends_on_the_seven_days_before_alone(told: list[tuple[float, float]]) -> None:
    samples = sorted(weighings(*told), key=lambda each: (each.at, each.id))
    everything = marked("weight", samples, ZONE)
    for each in everything:
        near = [other for other in samples if each.at - RECALL["weight"] <= other.at <= each.at]
        assert next(one.doubts for one in marked("weight", near, ZONE) if one.id == each.id) == each.doubts


@pytest.mark.parametrize(
    ("minutes", "glucose", "expected"),
    [
        (5, "150", ()), (5, "150.0000001", (STEP,)), (5, "49.9", (STEP,)),
        (15, "251", (STEP,)), (15.1, "260", ()), (5, "HI", ()),
    ],
)  # fmt: skip
def test_a_sensor_does_not_move_more_than_10_a_minute(minutes: float, glucose: str, expected: tuple[str, ...]) -> None:
    before = sample(1, MORNING, glucose="100 mg/dL")
    after = sample(2, MORNING + timedelta(minutes=minutes), glucose=f"{glucose} mg/dL")
    assert [each.doubts for each in marked("cgm", [before, after], ZONE)] == [(), expected]


def test_a_trend_leaves_out_what_is_doubtful_and_says_how_many() -> None:
    """Without the spouse on the scale there is no gain of 2 kg; the gain that there is does without them."""
    case = Case(ZONE, MORNING + timedelta(days=60), (Fact("condition", "heart_failure", MORNING - timedelta(days=1)),))
    told = [*DAILY, (7, 95.0), (8, 80.0), (9, 82.5)]
    begin = MORNING - timedelta(days=30)
    [found] = RULES["WT-HF-3D"].fold(marked("weight", weighings(*told), ZONE), begin, case)
    assert (found.started_at, found.left_out) == (MORNING + timedelta(days=9), 1)
    assert found.first.values["weight"].text == "82.5"


def test_what_is_only_unusual_stays_in_a_trend() -> None:
    case = Case(ZONE, MORNING + timedelta(days=60), (Fact("condition", "heart_failure", MORNING - timedelta(days=1)),))
    told = marked("weight", weighings(*DAILY, (7, 84.5), (7.5, 95.0)), ZONE)
    assert [each.doubts for each in told[-2:]] == [(FAR,), (OTHER_PERSON,)]
    [found] = RULES["WT-HF-3D"].fold(told, MORNING - timedelta(days=30), case)
    assert (found.first.doubts, found.left_out) == ((FAR,), 1)


@pytest.mark.parametrize(
    ("day", "counted"), [(4, 1), (3.99, 0), (8.5, 1), (9, 1), (9.01, 0)]
)  # the episode begins on day 7 and ends on day 9; three days before it are compared with
def test_what_was_left_out_counts_where_the_rule_looked(day: float, counted: int) -> None:
    case = Case(ZONE, MORNING + timedelta(days=60), (Fact("condition", "heart_failure", MORNING - timedelta(days=1)),))
    told = weighings(*DAILY, (7, 82.5), (8, 82.5), (9, 80.0))
    apart = sample(99, MORNING + timedelta(days=day), (OTHER_PERSON,), weight="95 kg")
    samples = sorted([*told, apart], key=lambda each: (each.at, each.id))
    [found] = RULES["WT-HF-3D"].fold(samples, MORNING - timedelta(days=30), case)
    assert (found.started_at, found.left_out) == (MORNING + timedelta(days=7), counted)


def test_critical_rules_judge_it_all_the_same() -> None:
    assert {rule for rule in TRENDS if RULES[rule].severity == "CRIT"} == set()
    high = sample(1, MORNING, (QUESTIONABLE,), systolic="262 mmHg", diastolic="120 mmHg")
    [found] = RULES["BP-SEV"].fold([high], MORNING, Case(ZONE, MORNING + timedelta(days=1)))
    assert found.first.doubts == (QUESTIONABLE,)


def test_what_decode_says_of_the_value_is_a_doubt_and_what_it_says_of_the_rest_is_none() -> None:
    assert doubts_of(["questionable", "systolic_unusual"], doubtful=False) == ("questionable",)
    assert doubts_of(["missing_pulse", "questionable", "irregular", "body_fat_unusual"], doubtful=False) == ()
    assert doubts_of([], doubtful=True) == ("clock",)


def test_of_one_value_by_two_routes_one_is_used() -> None:
    meter = sample(9, MORNING, glucose="100 mg/dL")
    typed = Sample(UUID(int=1), MORNING, meter.values, {"entry": "manual"})
    phone = sample(3, MORNING, glucose="100 mg/dL")
    other = sample(4, MORNING, glucose="101 mg/dL")
    for order in ([(typed, "a-phone"), (meter, "meter-01")], [(meter, "meter-01"), (typed, "a-phone")]):
        assert one_route(order) == [meter], "by itself before by hand"
    assert one_route([(meter, "meter-01"), (phone, "a-phone")]) == [phone], "then by the name of the device"
    assert one_route([(meter, "meter-01"), (other, "a-phone")]) == [other, meter], "another value is another reading"
    assert one_route([(meter, "meter-01"), (phone, "meter-01")]) == [phone, meter], "one device said it twice"
