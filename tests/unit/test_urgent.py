"""What is evaluated first: nothing that a critical rule would flag by itself waits for a round."""

import pytest

from thresholds.urgent import is_urgent

NOBODY_WAITS = [
    ("BP-SEV", {"systolic": 180.0, "diastolic": 80.0}),
    ("BP-SEV", {"systolic": 130.0, "diastolic": 120.0}),
    ("BP-SEV, 24.0 kPa", {"systolic": 180.01}),
    ("BP-PREG", {"systolic": 160.0, "diastolic": 80.0}),
    ("BP-PREG", {"systolic": 130.0, "diastolic": 110.0}),
    ("BP-LOW-CRIT", {"systolic": 89.9, "diastolic": 60.0}),
    ("HR-BRADY", {"systolic": 120.0, "pulse": 39.9}),
    ("HR-TACHY", {"systolic": 120.0, "pulse": 131.0}),
    ("GLU-L2", {"glucose": 53.9}),
    ("GLU-L2, 2.9 mmol/L", {"glucose": 52.25}),
    ("GLU-XHI", {"glucose": 400.0}),
    ("GLU-XHI, 22.2 mmol/L", {"glucose": 399.95}),
]


@pytest.mark.parametrize(("rule", "values"), NOBODY_WAITS)
def test_a_reading_that_is_critical_by_itself_is_urgent(rule: str, values: dict[str, float]) -> None:
    assert is_urgent(values, None)


def test_lo_and_hi_are_urgent() -> None:
    assert is_urgent({}, "<")
    assert is_urgent({}, ">")


@pytest.mark.parametrize(
    "values",
    [
        {"systolic": 159.9, "diastolic": 109.9, "pulse": 130.9},
        {"systolic": 90.0, "diastolic": 50.0, "pulse": 40.0},
        {"glucose": 54.1},
        {"glucose": 398.0},
        {"weight": 400.0},
        {},
    ],
)
def test_others_wait_for_their_round(values: dict[str, float]) -> None:
    assert not is_urgent(values, None)
