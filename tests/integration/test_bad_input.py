"""What one device sends, however bad or much, has its verdict, and holds nobody up (F7). How long the others wait
beside it is measured by `make bench-ingest`."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from ingest.decode.strict_json import MAX_BYTES
from ingest.ledger import count_verdicts
from models.tables import MessagePayload, Reading
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.processes import Server
from tests.support.speaking import speaking
from tests.support.working import working

pytestmark = pytest.mark.slow

OTHER = "cuff-0002"
POISON = 4000  # twice the window of messages that are not acknowledged yet
WEIGHT = {"measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        desk.enrol(OTHER, "ben")
        yield desk


def test_thousands_of_poisonous_messages_in_a_row_hold_no_other_device_up(
    desk: Desk, database_url: str, mosquitto: Server
) -> None:
    poison = [b'{"id": "poison-%d", ' % n for n in range(POISON)]
    with working(database_url, mosquitto), speaking(mosquitto) as street:
        street.say(*poison[: POISON // 2])
        street.say(pressure("in-between"), device=OTHER)
        street.say(*poison[POISON // 2 :])
        street.wait_for(POISON + 1)
    assert street.verdicts == {"in-between": "stored"}
    assert sum(answer["code"] == "decode.not_json" for answer in street.answers) == POISON
    with Session(desk.engine) as session:
        counted = count_verdicts(session)
    assert (counted.messages, counted.quarantined, counted.stored) == (POISON + 1, POISON, 1)
    assert len(desk.all(MessagePayload)) == 101  # a hundred a device and day are kept, and the good one


def test_a_flood_of_one_device_is_stored_and_others_are_answered(
    desk: Desk, database_url: str, mosquitto: Server
) -> None:
    flood = [WEIGHT | {"id": f"flood-{n}"} for n in range(3000)]
    with working(database_url, mosquitto), speaking(mosquitto) as street:
        street.say(*flood, measure="weight")
        street.say(pressure("quiet"), device=OTHER)
        street.wait_for(3001)
    assert set(street.verdicts.values()) == {"stored"}
    assert len(desk.all(Reading)) == 3001


def test_of_an_array_of_500_with_a_bad_one_499_are_stored(desk: Desk, database_url: str, mosquitto: Server) -> None:
    array: list[dict[str, object]] = [WEIGHT | {"id": f"n-{n}"} for n in range(500)]
    array[77] |= {"values": {"weight": {"value": -1, "unit": "kg"}}}
    with working(database_url, mosquitto), speaking(mosquitto) as device:
        device.say(array, measure="weight")
        device.wait_for(500)
    assert {name for name, verdict in device.verdicts.items() if verdict != "stored"} == {"n-77"}
    assert len(desk.all(Reading)) == 499


def test_the_largest_payload_is_stored_and_a_larger_one_refused(
    desk: Desk, database_url: str, mosquitto: Server
) -> None:
    body = b'{"id": "%s", "measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}'
    fits, exceeds = (
        body % name + b" " * (MAX_BYTES - len(body % name) + more) for name, more in ((b"a", 0), (b"b", 1))
    )
    with working(database_url, mosquitto), speaking(mosquitto) as device:
        device.say(*[exceeds, fits] * 20, measure="weight")
        device.wait_for(40)
    assert device.verdicts == {"a": "duplicate"}
    assert sum(answer["code"] == "decode.too_large" for answer in device.answers) == 20
    assert len(desk.all(Reading)) == 1
