"""The demo's days: most of them at once, the last ones slowly enough to watch and fast enough to see something."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hearthline.demo.days import Part, history_and_live
from hearthline.simulation import FAULTS
from simulators.transport_faults import schedule

NOW = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)


def quick(*, patients: int, days: int, seed: int) -> tuple[Part, list[datetime]]:
    """The part up to now, and when its uploads leave their devices after the history."""
    part = history_and_live(patients=patients, days=days, seed=seed, now=NOW)[0]
    assert part.history_until is not None
    leaves = [step.release for step in schedule(part.plan.uploads, FAULTS, part.plan.seed)]
    return part, [part.history_until, *(at for at in leaves if at > part.history_until)]


@pytest.mark.parametrize("seed", [1, 2])
def test_somebody_who_watches_twelve_patients_sees_something_every_few_seconds(seed: int) -> None:
    part, leaves = quick(patients=12, days=5, seed=seed)
    assert part.speed is not None
    waits = [(after - before).total_seconds() / part.speed for before, after in pairwise(leaves)]
    assert sum(waits) / len(waits) < 5
    assert max(waits) < 25


@pytest.mark.parametrize(
    ("days", "slowly"), [(1, timedelta(hours=12)), (4, timedelta(days=2)), (30, timedelta(days=3))]
)
def test_the_last_three_days_are_slow_or_half_of_those_there_are(days: int, slowly: timedelta) -> None:
    part, _ = quick(patients=1, days=days, seed=1)
    assert part.history_until == NOW - slowly
    assert part.history > 0
