"""Why a stream is silent, from the newest heartbeat."""

from datetime import UTC, datetime, timedelta

import pytest

from flags.silence_causes import Heard, cause

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LAST_READING = NOW - timedelta(days=3)


def heard(hours_ago: float, battery: int | None = 80, waiting: int | None = 0) -> Heard:
    return Heard(NOW - timedelta(hours=hours_ago), battery, waiting)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "device says nothing of itself"),
        (heard(24), "patient silent"),
        (heard(24.01), "device offline"),
        (heard(1, battery=None, waiting=None), "patient silent"),
        (heard(1, waiting=1), "readings wait in the device"),
        (heard(1, battery=11), "patient silent"),
        (heard(1, battery=10), "battery low"),
        (heard(60, battery=4), "battery low"),
        (heard(1, battery=0, waiting=5), "battery low"),
    ],
)
def test_the_cause_is_what_the_device_said_last(said: Heard | None, expected: str) -> None:
    assert cause(said, LAST_READING, NOW) == expected


def test_a_sensor_that_was_heard_only_before_its_last_sample_is_offline() -> None:
    minutes_ago = NOW - timedelta(minutes=40)
    assert cause(heard(1), minutes_ago, NOW) == "device offline"
    assert cause(heard(0.5), minutes_ago, NOW) == "patient silent"
