"""A schema that changes under a running worker (D6): what is added does not disturb it, what is taken away ends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.processes import Server
from tests.support.speaking import speaking
from tests.support.working import ingesting, working

pytestmark = pytest.mark.slow
ADDED = (
    "ALTER TABLE reading ADD COLUMN mood VARCHAR(20)",
    "ALTER TABLE message ADD COLUMN mood VARCHAR(20)",
    "ALTER TABLE process ADD COLUMN mood VARCHAR(20)",
    "CREATE TABLE mood (id INTEGER PRIMARY KEY)",
    "UPDATE alembic_version SET version_num = '9999'",
)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def change(desk: Desk, *statements: str) -> None:
    """In one transaction, as a migration does it."""
    with desk.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_what_a_migration_adds_does_not_disturb_a_running_worker(
    desk: Desk, database_url: str, mosquitto: Server
) -> None:
    """Upgrades are made in steps: add, then move, and take away only what no version in use needs."""
    with working(database_url, mosquitto) as worker, speaking(mosquitto) as device:
        for n in range(8):  # often enough for statements that the driver prepared
            device.say(minute(n))
            device.wait_for(n + 1)
        change(desk, *ADDED)
        device.say(*(minute(n) for n in range(8, 40)))
        device.wait_for(40)
        assert worker.count("database.away") == 0
    assert set(device.verdicts.values()) == {"stored"}
    assert worker.ended == []


def test_what_is_taken_away_ends_the_worker_and_nothing_was_acknowledged_or_blamed(
    desk: Desk, database_url: str, mosquitto: Server
) -> None:
    with working(database_url, mosquitto, lease=1.0) as worker, speaking(mosquitto) as device:
        change(desk, "ALTER TABLE reading DROP COLUMN as_sent")
        device.say(minute(1))
        worker.thread.join(20)
        assert [isinstance(error, DBAPIError) for error in worker.ended] == [True]
        assert worker.count("database.away") == 0, "it is there, and waiting would not help"
        change(desk, "ALTER TABLE reading ADD COLUMN as_sent JSON")
        with working(database_url, mosquitto, lease=1.0):
            device.wait_for(1)
    assert desk.refusals() == []


def test_a_column_that_older_versions_do_not_fill_puts_no_reading_into_quarantine(
    postgres_database: str, mosquitto: Server
) -> None:
    with desk_at(postgres_database) as desk, speaking(mosquitto) as device:
        desk.enrol(CUFF, "ana")
        with working(postgres_database, mosquitto) as worker:
            change(desk, "ALTER TABLE reading ADD COLUMN mood VARCHAR(20) NOT NULL")
            device.say(minute(1))
            worker.thread.join(20)
            assert len(worker.ended) == 1
        assert desk.refusals() == []
        assert device.answers == []


def test_the_command_then_exits_3_with_the_revision_it_wants(
    sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with (
        desk_at(sqlite_database) as desk,
        speaking(mosquitto) as device,
        ingesting(sqlite_database, mosquitto.url, tmp_path / "log") as ingest,
    ):
        change(desk, "ALTER TABLE message DROP COLUMN sha256", "UPDATE alembic_version SET version_num = '9999'")
        device.say(minute(1))
        assert ingest.process.wait(20) == 3
        assert "is at revision 9999, made by a newer version; install that version" in ingest.said
