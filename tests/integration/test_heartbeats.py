"""What a device says of itself: the newest is kept, in the transaction of the batch, and what is unreadable is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models.tables import DeviceStatus
from tests.support.desks import CUFF, NOW, Desk, desk_at

FULL = {"battery": 80, "firmware": "1.4.2", "clock": "2026-01-05T13:00:07+01:00", "waiting": 3, "boots": 12}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def say(desk: Desk, *bodies: object, device: str = CUFF) -> None:
    desk.commit(*(desk.hand_over(body, device, "status") for body in bodies))


def known(desk: Desk) -> list[tuple[object, ...]]:
    return [
        (each.device_id, each.received_at, each.battery, each.firmware, each.clock, each.waiting, each.boots)
        for each in desk.all(DeviceStatus)
    ]


def test_a_heartbeat_is_kept_as_it_was_said(desk: Desk) -> None:
    say(desk, FULL)
    assert known(desk) == [(CUFF, NOW, 80, "1.4.2", datetime(2026, 1, 5, 12, 0, 7, tzinfo=UTC), 3, 12)]


def test_the_newest_stays_whichever_is_stored_last(desk: Desk) -> None:
    say(desk, {"battery": 80}, {"battery": 79})
    desk.now -= timedelta(hours=1)
    say(desk, {"battery": 90})
    desk.now += timedelta(hours=2)
    say(desk, {"battery": 41, "firmware": "2"})
    assert [(row[1] - NOW, row[2], row[3]) for row in known(desk)] == [(timedelta(hours=1), 41, "2")]


def test_what_cannot_be_read_is_not_known_and_the_device_is_alive(desk: Desk) -> None:
    say(desk, {"battery": 101, "firmware": "x" * 41, "clock": "2026-01-05T12:00:00", "waiting": -1, "boots": "12"})
    assert known(desk) == [(CUFF, NOW, None, None, None, None, None)]


def test_strangers_and_symptoms_say_nothing_of_a_device(desk: Desk) -> None:
    say(desk, FULL, device="a-stranger")
    desk.commit(desk.hand_over({"battery": 3}, CUFF, "symptoms"))
    assert known(desk) == []
