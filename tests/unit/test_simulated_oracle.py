"""The simulator's own expectation, case by case at the edges; every number here was worked out by hand."""

from datetime import timedelta

import pytest

from simulators.plan import Taken
from tests.support.taken import BEGIN, bp, cgm, night, reading, starts, stick, weight


@pytest.mark.parametrize(
    ("pressures", "expected"),
    [
        ([bp(0, 179, 119)], []),
        ([bp(0, 180, 90)], [0]),
        ([bp(0, 140, 120)], [0]),
        ([bp(0, 23.9, 15.9, "kPa")], []),  # 179.26 and 119.26 mmHg
        ([bp(0, 24.0, 12.0, "kPa")], [0]),  # 180.01 mmHg
        ([bp(0, 18.0, 16.0, "kPa")], [0]),  # 120.01 mmHg
    ],
)
def test_severe_pressure_starts_at_180_or_120(pressures: list[Taken], expected: list[int]) -> None:
    assert starts("BP-SEV", pressures) == expected


@pytest.mark.parametrize("minutes", [1, 7.5, 15])
def test_a_repeat_after_1_to_15_minutes_dismisses_so_the_next_breach_is_a_new_episode(minutes: float) -> None:
    assert starts("BP-SEV", [bp(0, 185, 95), bp(minutes, 179, 95), bp(60, 185, 95)]) == [0, 2]


@pytest.mark.parametrize("minutes", [0.9, 15.1])
def test_a_repeat_too_early_or_too_late_dismisses_nothing(minutes: float) -> None:
    assert starts("BP-SEV", [bp(0, 185, 95), bp(minutes, 172, 95), bp(60, 185, 95)]) == [0]


def test_only_the_first_repeat_decides() -> None:
    assert starts("BP-SEV", [bp(0, 185, 95), bp(2, 186, 95), bp(4, 150, 95), bp(60, 185, 95)]) == [0]


def test_a_reading_within_the_minute_of_rest_is_not_the_repeat() -> None:
    assert starts("BP-SEV", [bp(0, 185, 95), bp(0.5, 150, 90), bp(5, 190, 95), bp(9, 160, 90), bp(12, 185, 95)]) == [0]


def test_a_confirmed_crisis_ends_after_two_in_a_row_below_170_and_110() -> None:
    high, calm = (185, 95), (169, 109)
    assert starts("BP-SEV", [bp(0, *high), bp(5, *high), bp(60, *calm), bp(90, *calm), bp(120, *high)]) == [0, 4]
    assert starts(
        "BP-SEV", [bp(0, *high), bp(5, *high), bp(60, *calm), bp(90, 170, 90), bp(120, *calm), bp(150, *high)]
    ) == [0]
    assert starts(
        "BP-SEV", [bp(0, *high), bp(5, *high), bp(60, *calm), bp(90, 160, 110), bp(120, *calm), bp(150, *high)]
    ) == [0]


def test_a_crisis_nobody_repeated_ends_like_a_confirmed_one() -> None:
    assert starts("BP-SEV", [bp(0, 185, 95), bp(20, 150, 90), bp(40, 150, 90), bp(60, 185, 95)]) == [0, 3]
    assert starts("BP-SEV", [bp(0, 185, 95), bp(0.5, 150, 90), bp(40, 150, 90), bp(60, 185, 95)]) == [0]


@pytest.mark.parametrize(
    ("rule", "value", "unit", "raised"),
    [
        ("GLU-L2", 53, "mg/dL", True), ("GLU-L2", 54, "mg/dL", False), ("GLU-L2", "LO", "mg/dL", True),
        ("GLU-L2", 2.9, "mmol/L", True), ("GLU-L2", 3.0, "mmol/L", False), ("GLU-L2", "LO", "mmol/L", True),
        ("GLU-L1", 69, "mg/dL", True), ("GLU-L1", 70, "mg/dL", False), ("GLU-L1", 54, "mg/dL", True),
        ("GLU-L1", 53, "mg/dL", False), ("GLU-L1", "LO", "mg/dL", False),
        ("GLU-L1", 3.8, "mmol/L", True), ("GLU-L1", 3.9, "mmol/L", False), ("GLU-L1", 3.0, "mmol/L", True),
        ("GLU-XHI", 399, "mg/dL", False), ("GLU-XHI", 400, "mg/dL", True), ("GLU-XHI", "HI", "mg/dL", True),
        ("GLU-XHI", 22.1, "mmol/L", False), ("GLU-XHI", 22.2, "mmol/L", True), ("GLU-XHI", "LO", "mg/dL", False),
    ],
)  # fmt: skip
def test_fingerstick_limits_are_the_published_pairs(rule: str, value: object, unit: str, raised: bool) -> None:
    assert starts(rule, [stick(0, value, unit)]) == ([0] if raised else [])


def test_neighbours_within_a_band_are_one_episode_and_another_band_ends_it() -> None:
    row = [stick(60 * n, value) for n, value in enumerate((65, 60, 50, 66, 90, 60))]
    assert starts("GLU-L1", row) == [0, 3, 5]
    assert starts("GLU-L2", row) == [2]


def test_control_solution_is_nobodys_low_and_parts_no_episode() -> None:
    control = reading("glucose", 30, {"glucose": (46, "mg/dL")}, {"kind": "control_solution"})
    assert starts("GLU-L2", [control]) == []
    assert starts("GLU-L1", [stick(0, 65), control, stick(60, 65)]) == [0]


def test_what_will_be_refused_is_not_judged() -> None:
    assert starts("GLU-L2", [stick(0, 40, expect="decode.unit_missing")]) == []
    assert starts("GLU-L1", [stick(0, 65), stick(30, 90, expect="decode.out_of_range"), stick(60, 65)]) == [0]


def row_of(*values: object, step: float = 5, unit: str = "mg/dL") -> list[Taken]:
    return [cgm(step * n, value, unit) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (row_of(80, 53, 53, 80), []),  # two are five minutes
        (row_of(80, 53, 53, 53, 80), [1]),
        (row_of(80, 54, 53, 53, 80), []),
        (row_of(80, "LO", "LO", "LO"), [1]),
        (row_of(2.9, 2.9, 2.9, unit="mmol/L"), [0]),
        (row_of(3.0, 2.9, 2.9, unit="mmol/L"), []),
        (row_of(53, 53, 53, step=4.75), [0]),  # 9.5 minutes
        (row_of(53, 53, 53, step=4.7), []),  # 9.4 minutes
        (row_of(53, 53, step=9.5), []),  # a sample is missing between them
        (row_of(53, 53, 53, step=7.5), [0]),
        ([cgm(0, 53), cgm(5, 53), cgm(13, 53), cgm(18, 53), cgm(23, 53)], [2]),  # the gap starts the row anew
    ],
)
def test_sensor_low_is_a_quarter_of_an_hour_in_a_row(row: list[Taken], expected: list[int]) -> None:
    assert starts("CGM-L2", row) == expected


@pytest.mark.parametrize(
    ("between", "ended"),
    [
        ([70, 70, 70], True),
        ([70, 70], False),
        ([70, 69, 70, 70], False),
        (["HI", "HI", "HI"], True),
        ([60, 60, 60, 60], False),
    ],
)
def test_sensor_low_ends_after_a_quarter_of_an_hour_at_70_or_more(between: list[object], ended: bool) -> None:
    row = row_of(50, 50, 50, *between, 50, 50, 50)
    assert starts("CGM-L2", row) == ([0, 3 + len(between)] if ended else [0])


def test_a_gap_does_not_end_a_sensor_low_but_restarts_its_recovery() -> None:
    low = row_of(50, 50, 50)
    rise = [cgm(15, 75), cgm(20, 75), cgm(28, 75)]
    again = [cgm(33, 50), cgm(38, 50), cgm(43, 50)]
    assert starts("CGM-L2", low + rise + again) == [0]
    assert starts("CGM-L2", [*low, cgm(200, 50), cgm(205, 50), cgm(210, 50)]) == [0]


def test_fingersticks_and_sensor_do_not_mix() -> None:
    assert starts("CGM-L2", [cgm(0, 50), stick(5, 50), cgm(10, 50), stick(15, 90)]) == []
    assert starts("GLU-L2", row_of(50, 50, 50)) == []


def test_a_lost_clock_is_judged_where_one_reading_is_enough_and_not_where_time_matters() -> None:
    lost = "2000-01-01T00:40:00+01:00"
    assert starts("BP-SEV", [bp(0, 120, 80), bp(600, 190, 95, said=lost)]) == [1]
    assert starts("GLU-L2", [stick(0, 90), stick(600, 50, said=lost)]) == [1]
    assert starts("WT-HF-3D", [weight(0, 80.0, said=lost), weight(1, 80.0), weight(2, 84.0, said=lost)]) == []
    assert starts("SLP-AHI", [night(0, 9.0, said=lost), *(night(n, 9.0) for n in (1, 2, 3))]) == []


def test_readings_are_judged_by_the_devices_time_whenever_they_were_taken() -> None:
    after_five, after_ninety = ((BEGIN + timedelta(minutes=minutes)).isoformat() for minutes in (5, 90))
    arrived = [bp(0, 185, 95), bp(60, 150, 90), bp(61, 185, 95, said=after_ninety), bp(62, 150, 90, said=after_five)]
    assert starts("BP-SEV", arrived) == [0, 2]
