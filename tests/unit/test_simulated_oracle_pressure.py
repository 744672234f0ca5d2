"""The simulator's own expectation of pressures and pulses at the edges; every number was worked out by hand."""

from datetime import timedelta

import pytest

from simulators.plan import PlannedPatient, Spell, Taken
from tests.support.taken import BEGIN, FAILING, bp, patient, reading, starts

HOUR, DAY = 60, 1440
Pair = tuple[float, float]


def expecting(days: float) -> PlannedPatient:
    """Pregnant until so many days after `BEGIN`."""
    born = BEGIN + timedelta(days=days)
    spell = Spell("condition", "pregnancy", BEGIN - timedelta(days=99), born)
    return PlannedPatient("pt-1", "Ada Exampleton", "UTC", "any", (), (), (spell,))


def dizzy(days: float) -> PlannedPatient:
    spell = Spell("symptom", "dizziness", BEGIN, BEGIN + timedelta(days=days))
    return PlannedPatient("pt-1", "Ada Exampleton", "UTC", "any", (), (), (spell,))


def pulse(minutes: float, rate: float) -> Taken:
    return reading(
        "blood_pressure", minutes, {"systolic": (120, "mmHg"), "diastolic": (80, "mmHg"), "pulse": (rate, "/min")}
    )


def posed(minutes: float, posture: str, systolic: float, diastolic: float) -> Taken:
    return bp(minutes, systolic, diastolic, context={"posture": posture})


@pytest.mark.parametrize(
    ("minutes", "repeat", "expected"),
    [
        (1, (180, 80), [0]),
        (0.9, (180, 80), []),  # nobody has rested
        (24 * HOUR, (140, 110), [0]),
        (24 * HOUR + 1, (180, 80), []),
        (5, (179, 109), []),
    ],
)
def test_grade_3_needs_the_next_reading_within_a_day(minutes: float, repeat: Pair, expected: list[int]) -> None:
    assert starts("BP-G3", [bp(0, 180, 80), bp(minutes, *repeat)]) == expected


def test_a_row_of_grade_3_is_one_episode_and_the_first_below_ends_it() -> None:
    row = [bp(HOUR * n, systolic, 80) for n, systolic in enumerate((181, 182, 183, 179, 181, 150, 180, 180))]
    assert starts("BP-G3", row) == [0, 6]


@pytest.mark.parametrize(("days", "expected"), [(0, []), (1, [1]), (2, [1]), (3, [])])
def test_grade_2_is_two_of_the_last_three_days(days: float, expected: list[int]) -> None:
    assert starts("BP-S2", [bp(0, 160, 90), bp(days * DAY + 5, 150, 100)]) == expected
    assert starts("BP-S2", [bp(0, 159, 99), bp(days * DAY + 5, 150, 100)]) == []


def test_low_wants_a_repeat_and_very_low_does_not() -> None:
    assert starts("BP-LOW", [bp(0, 89, 50), bp(2, 89, 50)]) == [0]
    assert starts("BP-LOW", [bp(0, 89, 50), bp(2, 90, 50)]) == []
    assert starts("BP-LOW-CRIT", [bp(0, 80, 50), bp(DAY, 79, 50), bp(DAY + 1, 78, 50)]) == [1]


def test_below_90_is_very_low_while_dizziness_is_reported() -> None:
    readings = [bp(0, 89, 50), bp(1, 90, 50), bp(DAY, 89, 50)]
    assert starts("BP-LOW-CRIT", readings, dizzy(1)) == [0]
    assert starts("BP-LOW-CRIT", readings) == []


def week(*levels: Pair, a_day: int = 4) -> list[Taken]:
    return [bp(day * DAY + 10 * n, *level) for day, level in enumerate(levels) for n in range(a_day)]


def test_home_means_need_three_days_and_twelve_readings() -> None:
    assert starts("BP-HOME-US", week(*[(130, 70)] * 3)) == [11]
    assert starts("BP-HOME-US", week(*[(129, 79)] * 3)) == []
    assert starts("BP-HOME-US", week((130, 70), (130, 70), a_day=9)) == []
    assert starts("BP-HOME-EU", week(*[(120, 85)] * 4)) == [15]  # the first day is left out
    assert starts("BP-HOME-EU", week((180, 85), (134, 84), (134, 84), (134, 84))) == []


def weeks(before: Pair, recent: Pair, a_week: int = 7) -> list[Taken]:
    """Four weeks at one level, then one at another; a reading each so many days."""
    days = [28 * n / (4 * a_week) for n in range(5 * a_week)]
    return [bp(day * DAY, *(before if day < 28 else recent)) for day in days]


@pytest.mark.parametrize(
    ("rule", "recent", "expected"),
    [
        ("BP-DROP", (120, 80), 1), ("BP-DROP", (120.2, 80), 0),
        ("BP-RISE", (150, 80), 1), ("BP-RISE", (140, 85), 1),
    ],
)  # fmt: skip
def test_a_week_is_compared_with_the_28_days_before(rule: str, recent: Pair, expected: int) -> None:
    assert len(starts(rule, weeks((140, 80), recent))) == expected


def test_a_steady_slope_is_a_rise() -> None:
    slow = [bp(day * DAY, 120 + day * 0.4, 80) for day in range(21)]
    steep = [bp(day * DAY, 120 + day * 0.5, 80) for day in range(21)]
    assert (starts("BP-RISE", slow), starts("BP-RISE", steep)) == ([], [9])


@pytest.mark.parametrize(
    ("standing", "after", "expected"),
    [((120, 80), 3, [1]), ((140, 70), 1, [1]), ((121, 71), 1, []), ((120, 80), 3.1, [])],
)
def test_a_fall_on_standing_up_counts_the_second_time(standing: Pair, after: float, expected: list[int]) -> None:
    twice = [posed(at + more, *said) for at in (0, 60) for more, said in
             ((0, ("sitting", 140, 80)), (after, ("standing", *standing)))]  # fmt: skip
    assert starts("BP-ORTHO", twice) == expected


def test_pregnancy_has_its_own_limits_until_six_weeks_after_the_birth() -> None:
    assert starts("BP-PREG", [bp(0, 160, 90)], expecting(1)) == [0]
    assert starts("BP-PREG", [bp(0, 159, 109)], expecting(1)) == []
    assert starts("BP-PREG", [bp(43 * DAY, 160, 90)], expecting(1)) == [0]
    assert starts("BP-PREG", [bp(43 * DAY + 1, 160, 90)], expecting(1)) == []
    assert starts("BP-PREG", [bp(0, 165, 90), bp(5, 159, 90), bp(60, 165, 90)], expecting(1)) == [0, 2]


def test_raised_pressure_in_pregnancy_is_repeated_four_hours_later() -> None:
    assert starts("BP-PREG-MOD", [bp(0, 140, 80), bp(60, 120, 70), bp(240, 120, 90)], expecting(1)) == [0]
    assert starts("BP-PREG-MOD", [bp(0, 140, 80), bp(239, 140, 80), bp(240, 139, 89)], expecting(1)) == []
    assert starts("BP-PREG-MOD", [bp(0, 140, 80), bp(240, 140, 80)], expecting(-1)) == []


def test_the_adults_rules_leave_a_pregnancy_alone() -> None:
    readings = [bp(0, 182, 112), bp(2, 182, 112), bp(DAY, 182, 112)]
    assert [starts(rule, readings, expecting(9)) for rule in ("BP-G3", "BP-S2")] == [[], []]


@pytest.mark.parametrize(
    ("rule", "rates", "expected"),
    [
        ("HR-BRADY", (49, 49), [0]), ("HR-BRADY", (49, 50), []), ("HR-BRADY", (39,), [0]), ("HR-BRADY", (40,), []),
        ("HR-BRADY", (39, 54, 39), [0]), ("HR-BRADY", (39, 55, 39), [0, 2]),
        ("HR-TACHY", (101, 101), [0]), ("HR-TACHY", (101, 100), []),
        ("HR-TACHY", (121,), [0]), ("HR-TACHY", (120,), []),
        ("HR-TACHY", (131, 91, 131), [0]), ("HR-TACHY", (131, 90, 131), [0, 2]), ("HR-TACHY", (110, 140), [0]),
    ],
)  # fmt: skip
def test_a_pulse_is_repeated_unless_it_is_far_out(rule: str, rates: tuple[float, ...], expected: list[int]) -> None:
    assert starts(rule, [pulse(HOUR * n, rate) for n, rate in enumerate(rates)]) == expected


def test_a_pulse_rises_by_15_percent_in_heart_failure_only() -> None:
    taken = [pulse(n * DAY, 60 if n < 28 else 69) for n in range(35)]
    assert starts("HR-TREND", taken) == [34]
    assert starts("HR-TREND", taken, patient()) == []
    assert starts("HR-TREND", [pulse(n * DAY, 60 if n < 28 else 68.9) for n in range(35)], FAILING) == []


def test_an_irregular_beat_is_three_of_the_last_ten() -> None:
    def beat(n: int, irregular: int) -> Taken:
        values = {"systolic": (120, "mmHg"), "diastolic": (80, "mmHg"), "irregular": (irregular, "1")}
        return reading("blood_pressure", n * DAY, values)

    seen = [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1]
    assert starts("HR-IRREG", [beat(n, each) for n, each in enumerate(seen)]) == [9, 11]
