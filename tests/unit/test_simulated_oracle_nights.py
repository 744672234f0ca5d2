"""The simulator's own expectation of weight against dry weight and days, and of nights; worked out by hand."""

import pytest

from simulators.plan import Taken
from tests.support.taken import patient, reading, starts, weight

DRY = patient(("condition", "heart_failure"), ("medication", "diuretic"), ("dry_weight", "78"))
CPAP = patient(("therapy", "cpap"))


def sleep(day: float, **values: float) -> Taken:
    units = {"odi": "/h", "ahi": "/h", "spo2_min": "%"}
    return reading("sleep", day * 1440, {name: (value, units.get(name, "min")) for name, value in values.items()})


@pytest.mark.parametrize(
    ("rule", "weighings", "expected"),
    [
        ("WT-HF-1D", [weight(0, 80.0), weight(1, 81.36)], [1]), ("WT-HF-1D", [weight(0, 80.0), weight(1, 81.35)], []),
        ("WT-HF-1D", [weight(0, 80.0), weight(1.6, 82.0)], []),  # 36 h and more
        ("WT-HF-1D", [weight(0, 176.4, "lb"), weight(1, 179.4, "lb")], [1]),
        ("WT-HF-7D", [weight(0, 80.0), weight(7, 82.27)], [1]),
        ("WT-HF-7D", [weight(0, 80.0), weight(7.01, 82.27)], []),
        ("WT-HF-LOSS", [weight(0, 80.0), weight(2, 77.9)], [1]), ("WT-HF-LOSS", [weight(0, 80.0), weight(2, 78.0)], []),
        ("WT-HF-DRY", [weight(0, 80.0), weight(1, 80.1)], [1]),
    ],
)  # fmt: skip
def test_weight_is_judged_against_days_and_dry_weight(rule: str, weighings: list[Taken], expected: list[int]) -> None:
    assert starts(rule, weighings, DRY) == expected


@pytest.mark.parametrize(
    ("rule", "night", "raised"),
    [
        ("SLP-SPO2-88", {"t88": 5}, True), ("SLP-SPO2-88", {"t88": 4}, False),
        ("SLP-NADIR", {"spo2_min": 89}, True), ("SLP-NADIR", {"spo2_min": 90}, False),
        ("SLP-T90", {"t90": 6, "time_in_bed": 480}, True), ("SLP-T90", {"t90": 5, "time_in_bed": 480}, False),
    ],
)  # fmt: skip
def test_one_night_of_low_oxygen_is_enough(rule: str, night: dict[str, float], raised: bool) -> None:
    assert starts(rule, [sleep(0, **night)]) == ([0] if raised else [])


@pytest.mark.parametrize(
    ("rule", "night", "first"),
    [
        ("SLP-ODI", {"odi": 15}, [2]), ("SLP-ODI", {"odi": 14.9}, []),
        ("SLP-SHORT", {"total_sleep": 419}, [3]), ("SLP-SHORT", {"total_sleep": 420}, []),
        ("SLP-EFF", {"total_sleep": 407, "time_in_bed": 480}, [3]),
        ("SLP-EFF", {"total_sleep": 408, "time_in_bed": 480}, []),
        ("SLP-CPAP-USE", {"therapy_time": 239}, [13]), ("SLP-CPAP-USE", {"therapy_time": 240}, []),
        ("SLP-AHI-CPAP", {"ahi": 5, "therapy_time": 120}, [3]), ("SLP-AHI-CPAP", {"ahi": 5, "therapy_time": 119}, []),
    ],
)  # fmt: skip
def test_weeks_need_enough_nights(rule: str, night: dict[str, float], first: list[int]) -> None:
    assert starts(rule, [sleep(day, **night) for day in range(16)], CPAP) == first


def test_three_nights_in_ten_without_the_mask_are_not_too_many() -> None:
    nights = [sleep(day, therapy_time=100 if day in (0, 4, 8, 12, 16, 19) else 400) for day in range(20)]
    assert starts("SLP-CPAP-USE", nights, CPAP) == []
