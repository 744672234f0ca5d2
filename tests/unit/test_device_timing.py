"""Ten thousand devices that were cut off together do not come back together."""

from collections import Counter
from random import Random

import pytest

from device.timing import Timing, patience, pause

DEVICES = 10_000
TIMING = Timing()


def reconnects(outage: float, *, a_second: int = 10**9) -> tuple[list[float], Counter[int]]:
    """When each of 10,000 devices is served after all were cut off at 0 and the broker was away for `outage` seconds,
    accepting so many connections a second from then on; and how many tried in each second."""
    rng = Random(4711)
    queue = [(pause(0, TIMING, rng), 0) for _ in range(DEVICES)]
    tries: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    served: list[float] = []
    while queue:
        waiting: list[tuple[float, int]] = []
        for at, failures in sorted(queue):
            tries[int(at)] += 1
            if at >= outage and accepted[int(at)] < a_second:
                accepted[int(at)] += 1
                served.append(at)
            else:
                waiting.append((at + pause(failures, TIMING, rng), failures + 1))
        queue = waiting
    return served, tries


@pytest.mark.parametrize("outage", [0.0, 1.0, 30.0, 3600.0])
def test_after_an_outage_all_are_back_within_two_minutes_and_no_second_sees_more_than_an_eighth(outage: float) -> None:
    served, tries = reconnects(outage)
    assert max(served) <= outage + 120
    assert max(count for second, count in tries.items() if second >= outage) <= DEVICES / 8


def test_a_broker_that_takes_two_hundred_a_second_serves_all_within_two_minutes() -> None:
    served, _ = reconnects(600.0, a_second=200)
    assert max(served) <= 600 + 120


def test_the_first_pause_is_spread_from_nothing_to_its_bound() -> None:
    pauses = sorted(pause(0, TIMING, Random(n)) for n in range(DEVICES))
    assert [round(pauses[n * DEVICES // 10], 0) for n in range(1, 10)] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_pause_never_outgrows_its_bound_however_often_it_failed() -> None:
    rng = Random(1)
    assert max(pause(failures, TIMING, rng) for failures in range(5000)) <= TIMING.longest_retry


def test_resends_of_ten_thousand_devices_are_spread_too() -> None:
    rng = Random(1)
    due = [patience(0, TIMING, rng, introduced=True) for _ in range(DEVICES)]
    assert 7.5 <= min(due) < 7.6
    assert 12.4 < max(due) <= 12.5
    assert max(Counter(round(at, 1) for at in due).values()) < DEVICES / 30


def test_a_server_that_is_away_for_a_day_is_not_filled_with_what_it_has_already() -> None:
    rng = Random(1)
    now, sends = 0.0, 1
    while now < 86400:
        now += patience(sends - 1, TIMING, rng, introduced=True)
        sends += 1
    assert sends < 120
