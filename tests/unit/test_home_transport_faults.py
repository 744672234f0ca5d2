"""Transport faults are decided by the seed, before anything is sent."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from simulators.plan import Upload
from simulators.transport_faults import TRANSPORT_FAULTS, Step, schedule

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DEVICES = ("device-01", "device-02")
UPLOADS = [
    Upload(DEVICES[n % 2], "weight", BEGIN + timedelta(minutes=n), f"payload {n}".encode(), ()) for n in range(1000)
]
ALL = frozenset(TRANSPORT_FAULTS)


def of(device: str, steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.upload.device == device]


def test_without_faults_the_plan_is_sent_as_it_is() -> None:
    assert schedule(UPLOADS, frozenset(), 1) == [Step(upload, upload.at) for upload in UPLOADS]


def test_one_seed_gives_one_schedule_and_another_seed_another() -> None:
    assert schedule(UPLOADS, ALL, 1) == schedule(UPLOADS, ALL, 1)
    assert schedule(UPLOADS, ALL, 1) != schedule(UPLOADS, ALL, 2)


def test_names_that_are_no_transport_faults_are_ignored() -> None:
    assert schedule(UPLOADS, frozenset({"clock_reset"}), 1) == schedule(UPLOADS, frozenset(), 1)


@pytest.mark.parametrize(
    "faults", [ALL, *map(frozenset, zip(TRANSPORT_FAULTS))], ids=lambda faults: "+".join(sorted(faults))
)
def test_no_upload_is_lost_or_invented_and_none_leaves_before_it_was_measured(faults: frozenset[str]) -> None:
    steps = schedule(UPLOADS, faults, 3)
    assert Counter(step.upload for step in steps) == Counter(UPLOADS)
    assert all(step.release >= step.upload.at for step in steps)
    assert [step.release for step in steps] == sorted(step.release for step in steps)


def test_the_first_upload_of_a_device_is_left_alone() -> None:
    for seed in range(50):
        steps = schedule(UPLOADS[:40], ALL, seed)
        for device, first in zip(DEVICES, UPLOADS, strict=False):
            assert of(device, steps)[0] == Step(first, first.at)


def test_duplicate_sends_some_two_or_three_times_and_some_of_these_again_later() -> None:
    steps = schedule(UPLOADS, frozenset({"duplicate"}), 1)
    copies = Counter(step.copies for step in steps)
    assert 60 <= copies[2] + copies[3] <= 190
    assert set(copies) == {1, 2, 3}
    assert {step.copies for step in steps if step.echo} == {2, 3}


def test_reorder_shuffles_what_a_device_held_back() -> None:
    steps = of(DEVICES[0], schedule(UPLOADS, frozenset({"reorder"}), 1))
    places = [UPLOADS.index(step.upload) for step in steps]
    assert places != sorted(places)
    assert all(abs(place - 2 * n) <= 18 for n, place in enumerate(places))


def test_offline_takes_a_device_away_for_three_to_thirty_uploads_and_never_twice_at_once() -> None:
    steps = of(DEVICES[0], schedule(UPLOADS, frozenset({"offline"}), 1))
    starts = [n for n, step in enumerate(steps) if step.offline]
    assert len(starts) >= 5
    for start, following in zip(starts, [*starts[1:], len(steps) + 30], strict=True):
        assert 3 <= steps[start].offline <= min(30, following - start)
