"""After a restore from an older backup, devices send again what the record lost (D17), and nothing piles up for those
that stay away (T20)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from device import Device
from device.readings import Values
from ingest.delivery import Settled
from ingest.prompts import Prompts
from models.tables import Reading, ResendRequest
from registry.beginning import BEGINNING
from registry.resend import request_resends
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.keeping import bring_back, save
from tests.support.processes import Server
from tests.support.remembering import remembering
from tests.support.speaking import speaking, wait_until
from tests.support.working import working


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T07:{n:02}:00Z", systolic=100 + n)


def destroy(url: str) -> None:
    """Of SQLite: its files."""
    database = Path(str(make_url(url).database))
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


@pytest.fixture
def new_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """Where the record is restored: in place of the lost file, or into another database of the server."""
    return database_url if database_url.startswith("sqlite") else str(request.getfixturevalue("postgres_url"))


@pytest.mark.slow
def test_what_was_receipted_after_the_backup_comes_back_and_everything_is_there_once(
    database_url: str, new_url: str, mosquitto: Server, tmp_path: Path
) -> None:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
    with remembering(mosquitto, CUFF) as device:
        with working(database_url, mosquitto):
            device.take(*(minute(n) for n in range(5)))
            backup = save(database_url, tmp_path / "a.backup", datetime.now(UTC))
            device.take(*(minute(n) for n in range(5, 9)), minute(9) | {"measured_at": "2019-12-31T23:00:00Z"})
        assert set(device.verdicts.values()) == {"stored"}
        device.forget_verdicts()
        if new_url == database_url:
            destroy(database_url)
        bring_back(new_url, backup, datetime.now(UTC))
        with working(new_url, mosquitto):
            device.live()
            wait_until(lambda: len(device.verdicts) == 10)
            device.live()
            device.take(minute(10))
    assert [device.verdicts[f"n-{n}"] for n in range(11)] == ["duplicate"] * 5 + ["stored"] * 6
    assert [each["kind"] for each in device.prompts] == ["resend_since"]
    with desk_at(new_url) as desk:
        assert sorted(row.as_sent["systolic"][0] for row in desk.all(Reading)) == [str(100 + n) for n in range(11)]


@pytest.mark.slow
def test_a_device_of_the_sdk_answers_by_itself(sqlite_database: str, mosquitto: Server, tmp_path: Path) -> None:
    """What its builder wrote knows nothing of backups."""
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
    backup = save(sqlite_database, tmp_path / "a.backup", datetime.now(UTC))
    verdicts: list[str] = []
    values: Values = {"systolic": (128, "mmHg"), "diastolic": (82, "mmHg")}
    told = {"on_receipt": lambda receipt: verdicts.append(receipt.verdict)}
    with Device(CUFF, mosquitto.url, tmp_path / "buffer.db", **told) as device:
        with working(sqlite_database, mosquitto):
            ids = {device.take("blood_pressure", values, measured_at=datetime.now(UTC)) for _ in range(5)}
            assert device.flush(20)
        destroy(sqlite_database)
        bring_back(sqlite_database, backup, datetime.now(UTC))
        with working(sqlite_database, mosquitto):
            device.status(battery=80)
            wait_until(lambda: len(verdicts) == 10)
    with desk_at(sqlite_database) as desk:
        assert desk.readings().keys() == ids
        assert len(desk.all(Reading)) == 5


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        for n in range(3):
            desk.enrol(f"cuff-000{n}", f"patient-{n}")
        with desk.engine.begin() as connection:
            request_resends(connection, since=BEGINNING, now=desk.now)
        yield desk


def heard(desk: Desk, *devices: str) -> list[Settled]:
    return [Settled(desk.hand_over(b"{}", device), [], [], frozenset(), False) for device in devices]


class Broker:
    """Keeps what is published; `there` says whether it is reachable."""

    def __init__(self) -> None:
        self.there, self.topics = True, list[str]()

    def publish(self, topic: str, _payload: str) -> bool:
        if self.there:
            self.topics.append(topic)
        return self.there


PROMPTS = "hearthline/v1/down/cuff-000{}/prompts"


def test_only_those_that_were_heard_are_asked_and_only_once_in_six_hours(desk: Desk) -> None:
    prompts, broker = Prompts(), Broker()
    prompts.send(desk.engine, broker.publish, desk.now)
    assert broker.topics == []
    for hours in (0, 1, 5):
        prompts.hear(heard(desk, "cuff-0001", "cuff-0002", "a-stranger"))
        prompts.send(desk.engine, broker.publish, desk.now + timedelta(hours=hours))
    assert broker.topics == [PROMPTS.format(1), PROMPTS.format(2)]
    prompts.hear(heard(desk, "cuff-0001"))
    prompts.send(desk.engine, broker.publish, desk.now + timedelta(hours=6))
    assert broker.topics[2:] == [PROMPTS.format(1)]


def test_who_was_asked_is_remembered_by_the_record(desk: Desk) -> None:
    """Another worker, or this one after a restart, does not ask again."""
    for broker, expected in ((Broker(), [PROMPTS.format(1)]), (Broker(), [])):
        prompts = Prompts()
        prompts.hear(heard(desk, "cuff-0001"))
        prompts.send(desk.engine, broker.publish, desk.now)
        assert broker.topics == expected


def test_a_device_heard_while_the_broker_goes_away_is_asked_when_it_is_back(desk: Desk) -> None:
    prompts, broker = Prompts(), Broker()
    prompts.hear(heard(desk, "cuff-0001"))
    broker.there = False
    prompts.send(desk.engine, broker.publish, desk.now)
    broker.there = True
    prompts.send(desk.engine, broker.publish, desk.now)
    assert broker.topics == [PROMPTS.format(1)]


def test_after_seven_days_nobody_is_asked_and_the_requests_are_gone(desk: Desk) -> None:
    prompts, broker = Prompts(), Broker()
    prompts.hear(heard(desk, "cuff-0001"))
    prompts.send(desk.engine, broker.publish, desk.now + timedelta(days=7))
    assert (broker.topics, desk.all(ResendRequest)) == ([], [])


@pytest.mark.slow
def test_nothing_piles_up_at_the_broker_for_devices_that_stay_away(sqlite_database: str, mosquitto: Server) -> None:
    """Half of them never come, half say one word and leave: one small prompt waits for each of those, once."""
    names = [f"cuff-{n:04}" for n in range(100)]
    with desk_at(sqlite_database) as desk:
        for name in names:
            desk.enrol(name, f"patient-{name}")
        with desk.engine.begin() as connection:
            request_resends(connection, since=BEGINNING, now=datetime.now(UTC))
        for name in names:
            leave_a_session(mosquitto, name)
        with working(sqlite_database, mosquitto), speaking(mosquitto) as speaker:
            for _ in range(3):
                for name in names[:50]:
                    speaker.say({"battery": 80}, device=name, measure="status")
                wait_until(lambda: count_asked(desk) == 50)
    waiting = [collect(mosquitto, name) for name in names]
    assert waiting == [1] * 50 + [0] * 50


def count_asked(desk: Desk) -> int:
    with Session(desk.engine) as session:
        return len(session.scalars(select(ResendRequest).where(ResendRequest.asked_at.is_not(None))).all())


def leave_a_session(server: Server, name: str) -> None:
    """The device was here once; its broker session stays, and takes what is published for it."""
    with remembering(server, name):
        pass


def collect(server: Server, name: str) -> int:
    """How many messages waited for the device; a last one of its own says that there are no more."""
    waited, last = list[bytes](), f"hearthline/v1/down/{name}/last"
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
    client.on_message = lambda _client, _data, message: waited.append(message.payload)
    client.connect(server.host, server.port)
    client.publish(last, b"last", qos=1)
    client.loop_start()
    wait_until(lambda: b"last" in waited)
    client.disconnect()
    client.loop_stop()
    return waited.index(b"last")
