"""A wall clock that steps is noticed by one that does not, and silence is not judged for an hour (C2)."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.pace import Pace

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def run(pace: Pace, wall: datetime, steady: float, seconds: int) -> list[timedelta]:
    """Looks once a second while both clocks run; answers the steps it saw."""
    looks = [pace.look(wall + n * SECOND, steady + n) for n in range(seconds)]
    return [step for step in looks if step]


@pytest.mark.parametrize("step", [DAY, -HOUR, timedelta(minutes=2)])
def test_a_step_is_seen_once_and_unsettles_for_an_hour(step: timedelta) -> None:
    pace = Pace()
    assert run(pace, NOW, 100, 10) == []
    assert pace.settled
    assert run(pace, NOW + 10 * SECOND + step, 110, 3600) == [step]
    assert not pace.settled
    assert run(pace, NOW + 3610 * SECOND + step, 3710, 10) == []
    assert pace.settled


def test_a_step_that_is_mended_is_two() -> None:
    pace = Pace()
    run(pace, NOW, 0, 5)
    assert run(pace, NOW + 5 * SECOND + DAY, 5, 600) == [DAY]
    assert run(pace, NOW + 605 * SECOND, 605, 5) == [-DAY]
    assert not pace.settled


def test_a_clock_that_is_nudged_is_not_stepped() -> None:
    pace = Pace()
    assert not any(pace.look(NOW + n * timedelta(seconds=1.01), float(n)) for n in range(1000))
    assert pace.settled


def test_a_pause_is_no_step() -> None:
    """Stopped or suspended for a night, both clocks went on."""
    pace = Pace()
    pace.look(NOW, 0)
    assert pace.look(NOW + DAY, DAY.total_seconds()) == timedelta()
    assert pace.settled
