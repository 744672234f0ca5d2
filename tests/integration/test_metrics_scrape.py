"""Prometheus asks a running `ingest`: the numbers are those of what was sent, and there is always an answer."""

import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from hearthline import __version__
from hearthline.database import head
from hearthline.metrics.record import read_record
from ingest import metric_table as table
from models.tables import Process
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.holding import away, holding
from tests.support.lives import live
from tests.support.processes import Server
from tests.support.scraping import listen_address, scrape, scrape_text, series_of, value
from tests.support.speaking import speaking, wait_until
from tests.support.working import ingesting, start_ingest

pytestmark = pytest.mark.slow

PATIENT = "planted-patient-77"
DEVICE = "planted-cuff-77"


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        desk.enrol(DEVICE, PATIENT)
        yield desk


def minute(n: int, systolic: int = 128) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z", systolic)


def number(address: str, name: str, **labels: str) -> float | None:
    return value(scrape(address), name, **labels)


def test_a_scrape_counts_what_was_sent_and_names_nobody(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    address = listen_address()
    with (
        ingesting(sqlite_database, mosquitto.url, tmp_path / "log", HEARTHLINE_METRICS__ADDRESS=address),
        speaking(mosquitto) as device,
    ):
        device.say(*(minute(n) for n in range(20)), device=DEVICE)
        device.wait_for(20)
        device.say(
            minute(3), minute(4), b"static", [minute(30), minute(31), pressure("n-3", systolic=190)], device=DEVICE
        )
        device.say(minute(50), device=CUFF)
        device.say({"battery": 80}, device=DEVICE, measure="status")
        device.wait_for(27)
        device.say(minute(600, systolic=191), device=DEVICE)
        wait_until(lambda: number(address, table.RAISED, rule="BP-SEV", severity="CRIT") == 1)
        wait_until(lambda: number(address, f"{table.TO_EVALUATION}_count") == 22)
        text = scrape_text(address)
    series = series_of(text)
    assert not [planted for planted in (PATIENT, DEVICE, CUFF, "hearthline/v1", "191", "n-600") if planted in text]
    verdicts = {verdict: value(series, table.ELEMENTS, verdict=verdict) for verdict in table.VERDICTS}
    assert verdicts == {"stored": 23, "duplicate": 2, "quarantined": 3, "noted": 1}
    codes = {dict(labels)["code"]: n for (name, labels), n in series.items() if name == table.QUARANTINED and n}
    assert codes == {"decode.not_json": 1, "identify.unknown_device": 1, "store.conflict": 1}
    assert value(series, table.RECEIVED) == 27
    assert value(series, f"{table.BATCH}_sum") == 27
    assert value(series, f"{table.BATCH}_count") == value(series, f"{table.COMMIT}_count")
    assert value(series, f"{table.TO_COMMIT}_count") == 27
    assert (value(series, table.INBOX), value(series, table.UNACKNOWLEDGED), value(series, table.OLDEST)) == (0, 0, 0)
    assert (value(series, table.CONNECTED), value(series, table.DATABASE_UP)) == (1, 1)
    assert value(series, table.BUILD, version=__version__, schema_revision=str(head())) == 1
    assert (value(series, "process_resident_memory_bytes") or 0) > 10e6


def test_every_process_of_the_record_shows_when_it_was_last_seen_dead_or_alive(database_url: str) -> None:
    with desk_at(database_url) as desk:
        with desk.engine.begin() as connection:
            live(connection, 0, now=desk.now)
            live(connection, 1, now=desk.now - timedelta(minutes=3))
        with Session(desk.engine) as session:
            seen = read_record(session, desk.now)[table.LAST_SEEN]
        now = desk.now.timestamp()
        assert seen == {("ingest", "0"): now, ("ingest", "1"): now - 180}


def test_what_waits_for_its_evaluation_is_counted_with_how_long_it_has_been_due(database_url: str) -> None:
    with desk_at(database_url) as desk:
        desk.enrol(DEVICE, PATIENT)
        desk.take(minute(1), device=DEVICE)
        with Session(desk.engine) as session:
            soon = read_record(session, desk.now + timedelta(seconds=40))
            before = read_record(session, desk.now - timedelta(seconds=1))
    assert (soon[table.QUEUE], soon[table.OLDEST_DUE]) == ({(): 1}, {(): 40})
    assert (before[table.QUEUE], before[table.OLDEST_DUE]) == ({(): 0}, {(): 0})


def test_a_database_that_is_away_shows_as_down_and_the_scrape_answers_all_the_same(
    postgres_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    address = listen_address()
    with (
        desk_at(postgres_database) as desk,
        ingesting(postgres_database, mosquitto.url, tmp_path / "log", HEARTHLINE_METRICS__ADDRESS=address) as ingest,
        speaking(mosquitto) as device,
    ):
        desk.enrol(DEVICE, PATIENT)
        desk.engine.dispose()
        with away(postgres_database):
            device.say(*(minute(n) for n in range(5)), device=DEVICE)
            ingest.wait_for("database.away")
            wait_until(lambda: (number(address, table.AWAY) or 0) > 0.5)
            series = scrape(address)
            assert value(series, table.DATABASE_UP) == 0
            assert value(series, table.LAST_SEEN, kind="ingest", slot="0") is None
            assert value(series, table.UNACKNOWLEDGED) == 5
            assert (value(series, table.RETRIES) or 0) >= 1
        device.wait_for(5)
        wait_until(lambda: number(address, table.DATABASE_UP) == 1)
        once = number(address, table.AWAY)
        assert number(address, table.AWAY) == once, "it counts while the database is away and no longer"


def test_a_port_that_is_taken_ends_it_with_one_line(sqlite_database: str, mosquitto: Server, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ingest = start_ingest(sqlite_database, mosquitto.url, tmp_path / "log", HEARTHLINE_METRICS__ADDRESS=address)
        assert ingest.process.wait(15) == 2
    assert (
        ingest.said == f"hearthline: the address {address} is in use; end the other program, or choose another port\n"
    )


def test_a_scrape_is_answered_while_the_worker_is_held_up_and_it_still_ends_when_asked_to(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    address = listen_address()
    host, _, port = address.rpartition(":")
    with (
        ingesting(sqlite_database, mosquitto.url, tmp_path / "log", HEARTHLINE_METRICS__ADDRESS=address) as ingest,
        speaking(mosquitto) as device,
        socket.create_connection((host, int(port))),  # somebody who connects and says nothing
    ):
        wait_until(lambda: number(address, table.LAST_SEEN, kind="ingest", slot="0"))
        with holding(sqlite_database):
            device.say(*(minute(n) for n in range(5)), device=DEVICE)
            wait_until(lambda: number(address, table.UNACKNOWLEDGED) == 5)
            device.say(minute(6), device=DEVICE)
            wait_until(lambda: (number(address, table.OLDEST) or 0) > 0.2)
        device.wait_for(6)
        ingest.process.send_signal(signal.SIGTERM)
        assert ingest.process.wait(15) == 0
    assert [row.holder for row in desk.all(Process)] == [None]
