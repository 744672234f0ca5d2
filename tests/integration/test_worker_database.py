"""The worker and its database: while it is away nothing is acknowledged and nothing is lost; that is said once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ingest.inbox import Inbox
from ingest.ledger import Counts, count_verdicts
from models.tables import Message, MessagePayload
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.holding import away, holding
from tests.support.processes import Server
from tests.support.speaking import speaking
from tests.support.working import ingesting, working

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(postgres_database: str) -> Iterator[Desk]:
    with desk_at(postgres_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def counted(desk: Desk) -> Counts:
    with Session(desk.engine) as session:
        return count_verdicts(session)


def test_a_database_that_goes_away_is_waited_for_and_that_is_said_once(
    desk: Desk, postgres_database: str, mosquitto: Server
) -> None:
    with working(postgres_database, mosquitto) as worker, speaking(mosquitto) as device:
        device.say(minute(1))
        device.wait_for(1)
        desk.engine.dispose()
        with away(postgres_database):
            device.say(*(minute(n) for n in range(2, 60)))
            worker.wait_for("database.away")
            time.sleep(1.5)  # several tries
            assert len(device.answers) == 1
        device.wait_for(59)
        worker.wait_for("database.back")
        assert worker.count("database.away") == 1
    assert set(device.verdicts.values()) == {"stored"}
    assert counted(desk) == Counts(59, 59, 59, 0, 0, 0)
    assert worker.ended == []


def test_each_absence_is_said_anew(desk: Desk, postgres_database: str, mosquitto: Server) -> None:
    with working(postgres_database, mosquitto) as worker:
        for absence in range(1, 3):
            desk.engine.dispose()
            with away(postgres_database):
                worker.wait_for("database.away", absence)
            worker.wait_for("database.back", absence)
    assert worker.count("database.away") == 2


def test_a_worker_that_starts_without_its_database_waits_for_it(
    desk: Desk, postgres_database: str, mosquitto: Server
) -> None:
    desk.engine.dispose()
    with speaking(mosquitto) as device:
        with away(postgres_database):
            worker = working(postgres_database, mosquitto, subscribed=False)
            it = worker.__enter__()
            it.wait_for("database.away")
            assert it.count("broker.connected") == 0, "without its lease"
        it.wait_for("broker.subscribed")
        device.say(minute(1))
        device.wait_for(1)
        worker.__exit__(None, None, None)
    assert list(desk.readings()) == ["n-1"]


def test_rubbish_that_came_while_the_database_was_away_is_counted_once_against_the_budget(
    desk: Desk, postgres_database: str, mosquitto: Server
) -> None:
    with working(postgres_database, mosquitto) as worker, speaking(mosquitto) as device:
        desk.engine.dispose()
        with away(postgres_database):
            device.say(*(b"static %d" % n for n in range(60)))
            worker.wait_for("database.away")
            time.sleep(1.5)
        device.wait_for(60)
    assert len(desk.all(MessagePayload)) == 60


def test_asked_to_stop_while_the_database_is_away_it_stops_and_the_broker_keeps_everything(
    desk: Desk, postgres_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with speaking(mosquitto) as device:
        with ingesting(postgres_database, mosquitto.url, tmp_path / "ingest.log") as ingest:
            desk.engine.dispose()
            with away(postgres_database):
                device.say(*(minute(n) for n in range(40)))
                ingest.wait_for("database.away")
                ingest.process.terminate()
                assert ingest.process.wait(15) == 0
        assert counted(desk).messages == 0
        with working(postgres_database, mosquitto):
            device.wait_for(40)
    assert counted(desk) == Counts(40, 40, 40, 0, 0, 0)


def test_held_up_by_another_writer_nothing_is_acknowledged(
    sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    """Whoever takes over hears all of it again: so none of it was acknowledged."""
    with desk_at(sqlite_database) as desk, speaking(mosquitto) as device:
        desk.enrol(CUFF, "ana")
        with ingesting(sqlite_database, mosquitto.url, tmp_path / "ingest.log") as ingest:
            with holding(sqlite_database):
                device.say(*(minute(n) for n in range(30)))
                time.sleep(0.5)
                assert device.answers == []
            device.wait_for(30)
            with holding(sqlite_database):
                device.say(*(minute(n) for n in range(30, 50)))
                time.sleep(0.3)
                ingest.kill()
        assert len(desk.all(Message)) == 30
        with working(sqlite_database, mosquitto):
            device.wait_for(50)
        assert counted(desk) == Counts(50, 50, 50, 0, 0, 0)


def test_a_full_inbox_holds_the_broker_up_and_loses_nothing(
    sqlite_database: str, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.turn.Inbox", lambda: Inbox(capacity=20))
    with desk_at(sqlite_database) as desk, speaking(mosquitto) as device:
        desk.enrol(CUFF, "ana")
        with working(sqlite_database, mosquitto):
            with holding(sqlite_database):
                device.say(*(minute(n) for n in range(500)))
            device.wait_for(500)
        assert counted(desk) == Counts(500, 500, 500, 0, 0, 0)
