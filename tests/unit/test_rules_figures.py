"""The figure that an episode shows reads as it was compared: never like a limit that was not reached."""

from datetime import timedelta

import pytest

from tests.unit.test_rules_cases import ORIGIN, fact, samples
from thresholds import RULES
from thresholds.types import Case


@pytest.mark.parametrize(
    ("rule_id", "told", "figure"),
    [
        ("SLP-AHI", "0d+1d*4=14.999", "median 14.99 /h of 4 nights"),
        ("SLP-AHI-CPAP", "0d+1d*4=9.999", "median 9.99 /h of 4 nights"),
        ("SLP-SHORT", "0d+1d*4=419.99", "mean 6.99 h of 4 nights"),
        ("SLP-LONG", "0d+1d*4=600.01", "mean 10.01 h of 4 nights"),
        ("SLP-EFF", "0d+1d*4=407.99/480", "mean 84.9 % of the time in bed"),
        ("SLP-CPAP-USE", "0d+1d*9=300; 9d+1d*5=100", "5 of 14 nights, 35.7 %"),
        ("SLP-ODI", "0d+1d*3=15", "3 of 7 nights"),
        ("BP-DROP", "0s+1d*6=150/80; 13d+1d*6=129.99/80", "-20.0 mmHg systolic, mean of 7 days against the 28 before"),
        ("HR-TREND", "0s+1d*6=120/80/60; 13d+1d*6=120/80/69.01", "15.0 % faster, mean of 7 days against the 28 before"),
        ("CGM-ROC", "0m=120; 5m=110; 10m=100; 15m=89.99", "-2.00 mg/dL per min"),
        ("GLU-VHI", "0s=260; 1h=260", "2 in a row"),
    ],
)
def test_what_was_compared_is_shown_cut(rule_id: str, told: str, figure: str) -> None:
    facts = [fact("therapy=cpap"), fact("condition=heart_failure")]
    case = Case("UTC", ORIGIN + timedelta(days=99), facts)
    found = RULES[rule_id].fold(samples(told, RULES[rule_id]), ORIGIN, case)
    assert [each.figure for each in found] == [figure]
