"""The worker at real brokers: what is published is stored, judged, acknowledged and answered, and nothing stops it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from flags.worklist import list_flags
from ingest.ledger import count_verdicts
from models.tables import Evaluation, Message, Process, Reading
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.processes import Server
from tests.support.speaking import speaking, wait_until
from tests.support.working import working

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


@pytest.fixture(params=["mosquitto", "embedded_broker"])
def broker(request: pytest.FixtureRequest) -> Server:
    server = request.getfixturevalue(request.param)
    assert isinstance(server, Server)
    return server


def minute(n: int, given_id: str | None = None) -> dict[str, object]:
    return pressure(given_id or f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def test_published_readings_are_stored_answered_and_not_delivered_again(
    desk: Desk, sqlite_database: str, broker: Server
) -> None:
    with working(sqlite_database, broker), speaking(broker) as device:
        device.say(*(minute(n) for n in range(300)), [minute(7), minute(301), {}])
        device.wait_for(303)
        assert len(desk.all(Reading)) == 301
    assert set(device.verdicts.values()) == {"stored", "duplicate"}
    assert {topic for topic, _ in device.heard} == {f"hearthline/v1/down/{CUFF}/receipts"}
    assert len(desk.all(Message)) == 301
    with working(sqlite_database, broker), speaking(broker) as device:
        device.say(minute(500))
        device.wait_for(1)
    assert len(desk.all(Message)) == 302


def test_what_was_published_while_the_worker_was_away_is_stored_when_it_comes_back(
    desk: Desk, sqlite_database: str, broker: Server
) -> None:
    with working(sqlite_database, broker):
        pass
    with speaking(broker) as device:
        device.say(*(minute(n) for n in range(250)))
        with working(sqlite_database, broker):
            device.wait_for(250)
    assert len(desk.all(Reading)) == 250


def test_a_breach_is_flagged_within_a_moment(desk: Desk, sqlite_database: str, mosquitto: Server) -> None:
    with working(sqlite_database, mosquitto), speaking(mosquitto) as device:
        device.say(pressure("a", systolic=190))
        wait_until(lambda: desk.all(Reading) and not [row for row in desk.all(Evaluation) if row.reason == "reading"])
        with Session(desk.engine) as session:
            assert [flag.rule for flag in list_flags(session)] == ["BP-SEV"]


def test_a_hundred_poisonous_messages_hold_nobody_up(desk: Desk, sqlite_database: str, broker: Server) -> None:
    """More than any receive window: each must be acknowledged (F7)."""
    poison = [bytes([0xFF, n % 256, n // 256]) * 20 for n in range(150)]
    with working(sqlite_database, broker), speaking(broker) as device:
        device.say(*poison, minute(1))
        device.wait_for(151)
    assert device.verdicts == {"n-1": "stored"}
    assert sum(answer["code"] == "decode.not_json" for answer in device.answers) == 150
    with Session(desk.engine) as session:
        assert (count_verdicts(session).stored, count_verdicts(session).quarantined) == (1, 150)


NOISE = [
    "hearthline/v1/up",
    "hearthline/v1/up/",
    f"hearthline/v1/up/{CUFF}",
    f"hearthline/v1/up/{CUFF}/blood_pressure/left",
    f"hearthline/v1/up/{CUFF}/blood_presure",
    "hearthline/v1/up/CUFF-0001/blood_pressure",
    "hearthline/v1/up//blood_pressure",
    f"hearthline/v1/up/{'x' * 1000}/blood_pressure",
]


def test_retained_will_and_mistyped_messages_have_a_verdict_and_stop_nothing(
    desk: Desk, sqlite_database: str, mosquitto: Server
) -> None:
    with speaking(mosquitto) as device:
        device.say(minute(1), retain=True)
        with working(sqlite_database, mosquitto):
            for topic in NOISE:
                device.say_at(topic, minute(2), b"")
            with speaking(mosquitto, "dying", (NOISE[2], b"bye")) as dying:
                dying.vanish()
                wait_until(lambda: len(desk.all(Message)) == 2 * len(NOISE) + 2)
            device.say(minute(3))
            wait_until(lambda: "n-3" in device.verdicts)
    assert set(desk.readings()) == {"n-1", "n-3"}
    assert {topic for topic, _ in device.heard} == {f"hearthline/v1/down/{CUFF}/receipts"}


def test_what_is_not_under_up_is_not_heard_and_neither_are_our_own_receipts(
    desk: Desk, sqlite_database: str, mosquitto: Server
) -> None:
    with working(sqlite_database, mosquitto), speaking(mosquitto) as device:
        for topic in (f"hearthline/v1/down/{CUFF}/receipts", "hearthline/v2/up/a/weight", "other"):
            device.say_at(topic, [])
        device.say(minute(1))
        wait_until(lambda: "n-1" in device.verdicts)
    assert [message.topic for message in desk.all(Message)] == [f"hearthline/v1/up/{CUFF}/blood_pressure"]


def test_no_publish_holds_more_than_200_receipts(desk: Desk, sqlite_database: str, mosquitto: Server) -> None:
    weight = {"measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}
    with working(sqlite_database, mosquitto), speaking(mosquitto) as device:
        device.say(*([weight | {"id": f"{part}-{n}"} for n in range(450)] for part in range(2)), measure="weight")
        device.wait_for(900)
    assert max(len(answers) for _, answers in device.heard) == 200
    assert list(device.verdicts) == [f"{part}-{n}" for part in range(2) for n in range(450)]


def test_a_worker_shows_signs_of_life_until_it_ends_on_purpose(
    desk: Desk, sqlite_database: str, mosquitto: Server
) -> None:
    with working(sqlite_database, mosquitto):
        wait_until(lambda: desk.all(Process))
        [first] = desk.all(Process)
        assert (first.kind, first.slot, first.oldest_waiting) == ("ingest", 0, None)
        wait_until(lambda: desk.all(Process)[0].seen_at > first.seen_at)
        assert desk.all(Process)[0].started_at == first.started_at
    [last] = desk.all(Process)
    assert (last.holder, last.oldest_waiting) == (None, None)
