"""The simulator's own expectation of highs, of pregnancy and of a sensor at the edges; worked out by hand."""

from datetime import timedelta

import pytest

from simulators.plan import PlannedPatient, Spell, Taken
from tests.support.taken import BEGIN, cgm, reading, starts, stick

HOUR, DAY = 60, 1440


def meal(minutes: float, value: float, when: str, unit: str = "mg/dL") -> Taken:
    return reading("glucose", minutes, {"glucose": (value, unit)}, {"specimen": "capillary", "meal": when})


def expecting(*facts: tuple[str, str]) -> PlannedPatient:
    spell = Spell("condition", "pregnancy", BEGIN - timedelta(days=99), BEGIN + timedelta(days=99))
    return PlannedPatient("pt-1", "Ada Exampleton", "UTC", "any", facts, (), (spell,))


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([stick(0, 251), stick(DAY, 251)], [1]),
        ([stick(0, 251), stick(DAY + 1, 251)], []),
        ([stick(0, 251), stick(60, 250), stick(120, 251)], []),
        ([stick(0, 251), stick(2 * DAY, 200), stick(3 * DAY, 251), stick(4 * DAY, 200), stick(6.9 * DAY, 251)], [4]),
        ([stick(0, 251), stick(2 * DAY, 200), stick(3 * DAY, 251), stick(4 * DAY, 200), stick(7 * DAY, 251)], []),
        ([stick(0, 14.0, "mmol/L"), stick(60, "HI"), stick(120, 300), stick(180, 13.9, "mmol/L")], [1]),
    ],
)
def test_very_high_is_twice_in_a_row_or_three_times_a_week(taken: list[Taken], expected: list[int]) -> None:
    assert starts("GLU-VHI", taken) == expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([meal(0, 131, "fasting"), meal(DAY, 131, "before_meal")], [1]),
        ([meal(0, 130, "fasting"), meal(DAY, 131, "fasting")], []),
        ([meal(0, 131, "fasting"), meal(60, 200, "bedtime"), meal(DAY, 181, "after_meal")], [2]),
        ([meal(0, 131, "fasting"), meal(60, 180, "after_meal"), meal(DAY, 131, "fasting")], []),
        ([meal(0, 7.3, "fasting", "mmol/L"), meal(7 * DAY, 10.1, "after_meal", "mmol/L")], [1]),
        ([meal(0, 7.3, "fasting", "mmol/L"), meal(7 * DAY + 1, 10.1, "after_meal", "mmol/L")], []),
    ],
)
def test_a_trend_over_goals_is_two_in_a_row_among_readings_with_a_goal(taken: list[Taken], expected: list[int]) -> None:
    assert starts("GLU-HI", taken) == expected


@pytest.mark.parametrize(
    ("value", "when", "insulin", "raised"),
    [
        (94, "fasting", False, False), (95, "fasting", False, True), (69, "fasting", False, False),
        (69, "fasting", True, True), (70, "fasting", True, False), (140, "after_meal", False, True),
        (139, "after_meal", False, False), (99, "after_meal", True, True), (105, "after_meal", True, False),
        (200, "bedtime", False, False),
    ],
)  # fmt: skip
def test_pregnancy_has_its_goals(value: float, when: str, insulin: bool, raised: bool) -> None:
    who = expecting(("medication", "insulin")) if insulin else expecting()
    assert starts("GLU-PREG", [meal(0, value, when)], who) == ([0] if raised else [])


def test_what_depends_on_the_hour_after_a_meal_neither_begins_nor_ends() -> None:
    row = [meal(60 * n, value, "after_meal") for n, value in enumerate((145, 130, 145, 119, 130, 145))]
    assert starts("GLU-PREG", row, expecting()) == [0, 5]


def every_five(*values: object, since: float = 0) -> list[Taken]:
    return [cgm(since + 5 * n, value) for n, value in enumerate(values)]


def test_level_1_of_a_sensor_is_three_samples_below_70() -> None:
    assert starts("CGM-L1", every_five(69, 69, 70, 69, 50, 69, 75, 75, 69, 75, 75, 75, 69, 69, 69)) == [3, 12]


def test_a_missing_sample_begins_the_quarter_again() -> None:
    assert starts("CGM-L1", [*every_five(69, 69), *every_five(69, 69, since=20)]) == []


def test_two_hours_below_54_are_24_samples() -> None:
    assert starts("CGM-PROL", every_five(*[53] * 23, 60)) == []
    assert starts("CGM-PROL", every_five(*[53] * 24)) == [0]
    assert starts("CGM-PROL", every_five(*[53] * 12, 54, *[53] * 12)) == []


def test_ninety_minutes_above_250_add_up_within_two_hours() -> None:
    assert starts("CGM-H2", every_five(100, *[251] * 9, *[240] * 6, *[251] * 9)) == [1]
    assert starts("CGM-H2", every_five(100, *[251] * 9, *[240] * 7, *[251] * 9)) == []
    assert starts("CGM-H2", every_five(100, *[251] * 18, *[180] * 2, *[251] * 20, *[180] * 3, *[251] * 18)) == [1, 44]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("CGM-ROC", (139, 129, 119, 109, 99), [4]), ("CGM-ROC", (140, 130, 120, 110, 100), []),
        ("CGM-ROC", (210, 195, 180, 165), [3]), ("CGM-ROC", (210, 195, 180), []),
        ("CGM-ROC", (209, 195, 180, 166), []),
        ("CGM-ULS", (85, 80, 75, 75), []), ("CGM-ULS", (90, 85, 80, 75), [3]), ("CGM-ULS", (91, 86, 81, 76), []),
        ("CGM-ULS", (90, 85, "LO", 75, 70), [3]),
    ],
)  # fmt: skip
def test_a_fall_is_a_line_through_twenty_minutes(rule: str, values: tuple[object, ...], expected: list[int]) -> None:
    assert starts(rule, every_five(*values)) == expected
