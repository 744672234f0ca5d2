"""`hearthline ingest` as a process: it ends as it was asked to, and never half."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ingest.ledger import Counts, count_verdicts
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.holding import holding
from tests.support.processes import Server
from tests.support.speaking import speaking
from tests.support.working import ingesting, start_ingest, working

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def test_sigterm_in_the_middle_of_a_batch_finishes_it_and_exits_0(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    """What it took is stored, acknowledged and answered; the rest comes to the next one, and nothing to both."""
    with speaking(mosquitto) as device:
        with ingesting(sqlite_database, mosquitto.url, tmp_path / "ingest.log") as ingest:
            with holding(sqlite_database):
                device.say(*(minute(n) for n in range(200)))
                time.sleep(0.3)
                ingest.process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
                assert ingest.process.poll() is None
            assert ingest.process.wait(15) == 0
        finished = set(desk.readings())
        assert finished
        assert set(device.verdicts) == finished
        with working(sqlite_database, mosquitto):
            device.wait_for(200)
    with Session(desk.engine) as session:
        assert count_verdicts(session) == Counts(200, 200, 200, 0, 0, 0)


def test_a_second_ctrl_c_ends_it_at_once_even_in_the_middle_of_a_batch(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with speaking(mosquitto) as device:
        log = tmp_path / "ingest.log"
        with ingesting(sqlite_database, mosquitto.url, log) as ingest, holding(sqlite_database):
            device.say(*(minute(n) for n in range(50)))
            time.sleep(0.3)
            ingest.process.send_signal(signal.SIGINT)
            ingest.wait_for("finishing what was begun")
            ingest.process.send_signal(signal.SIGINT)
            assert ingest.process.wait(5) == 130
        assert ingest.said.endswith("hearthline: ended at once; what was not acknowledged comes again\n")
        assert desk.readings() == {}
        with working(sqlite_database, mosquitto):
            device.wait_for(50)
    assert len(desk.readings()) == 50


def test_against_a_database_without_a_schema_it_exits_3_with_the_mend(
    sqlite_url: str, mosquitto: Server, tmp_path: Path
) -> None:
    ingest = start_ingest(sqlite_url, mosquitto.url, tmp_path / "ingest.log")
    assert ingest.process.wait(15) == 3
    [line] = ingest.said.splitlines()
    assert line.startswith("hearthline: no schema yet in sqlite:///")
    assert line.endswith("run: hearthline db upgrade")


def test_against_a_schema_of_another_revision_it_exits_3(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ingest = start_ingest(sqlite_database, mosquitto.url, tmp_path / "ingest.log")
    assert ingest.process.wait(15) == 3
    assert "is at revision 9999, made by a newer version; install that version" in ingest.said
