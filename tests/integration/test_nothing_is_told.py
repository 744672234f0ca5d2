"""Secrets, names and values that were planted everywhere are in no log and no scrape, whatever goes wrong (A8)."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.assignments import assign_device
from registry.devices import enrol_device
from registry.patients import enrol_patient
from tests.support.desks import NOW, Desk, desk_at, pressure
from tests.support.holding import away
from tests.support.processes import Server
from tests.support.scraping import listen_address, scrape_text
from tests.support.speaking import speaking, wait_until
from tests.support.working import ingesting, start_ingest

pytestmark = pytest.mark.slow

PASSWORD, BROKER_PASSWORD = "planted-db-secret", "planted-broker-secret"
PATIENT, NAME, DEVICE = "planted-patient", "Planted Name", "planted-cuff"
VALUE, GIVEN = 187.25, "planted-reading"
PLANTED = (PASSWORD, BROKER_PASSWORD, PATIENT, NAME, DEVICE, str(VALUE), GIVEN, "hearthline/v1/up/planted", "poison")

# A database that quotes the row it refuses, as its own errors do too; and one that says its disk is full with it.
QUOTING = """
CREATE FUNCTION quote_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.given_id LIKE '%-bad' THEN RAISE EXCEPTION 'not % of %', NEW.as_sent, NEW.patient_id
  USING ERRCODE = 'check_violation'; END IF;
IF NEW.given_id LIKE '%-full' AND NOT EXISTS (SELECT 1 FROM room) THEN
  RAISE EXCEPTION 'no room for % of %', NEW.as_sent, NEW.patient_id USING ERRCODE = 'disk_full'; END IF;
RETURN NEW; END $$;
CREATE TABLE room (n integer);
CREATE TRIGGER quote_it BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION quote_it()
"""


def prepare(desk: Desk) -> None:
    with Session(desk.engine) as session, session.begin():
        enrol_device(session, DEVICE, "any", now=NOW)
        enrol_patient(session, name=NAME, zone="Europe/Paris", now=NOW, patient_id=PATIENT)
        assign_device(session, DEVICE, PATIENT, now=NOW)
        session.execute(text(QUOTING))


def reading(end: str, minute: int, **more: object) -> dict[str, object]:
    return pressure(f"{GIVEN}-{end}", f"2026-01-05T07:{minute:02}:00Z", VALUE, **more)


def test_nothing_that_was_planted_is_told_whatever_goes_wrong(
    postgres_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    database = make_url(postgres_database).set(password=PASSWORD).render_as_string(hide_password=False)
    broker = mosquitto.url.replace("mqtt://", f"mqtt://{DEVICE}:{BROKER_PASSWORD}@")
    log, address = tmp_path / "ingest.log", listen_address()
    with (
        desk_at(postgres_database) as desk,
        ingesting(database, broker, log, HEARTHLINE_METRICS__ADDRESS=address) as ingest,
        speaking(mosquitto) as device,
    ):
        prepare(desk)
        device.say(reading("good", 1), reading("bad", 2), b"poison" * 9, [reading("bad", 3)], device=DEVICE)
        device.wait_for(4)
        ingest.wait_for("store.rejected")
        with desk.engine.begin() as connection:
            connection.execute(text("UPDATE reading SET as_sent = json_build_object('systolic', given_id)"))
        device.say(reading("later", 4), device=DEVICE)
        ingest.wait_for("evaluation.failed")
        device.say(reading("full", 5), device=DEVICE)
        ingest.wait_for("53100")
        with desk.engine.begin() as connection:
            connection.execute(text("INSERT INTO room VALUES (1)"))
        ingest.wait_for("database.back")
        desk.engine.dispose()
        with away(postgres_database):
            device.say(reading("away", 6), device=DEVICE)
            wait_until(lambda: ingest.said.count("database.away") == 2)
        device.wait_for(7)
        scraped = scrape_text(address)
        mosquitto.process.kill()
        ingest.wait_for("broker.away")
        said = ingest.said
    assert [json.loads(line)["event"] for line in said.splitlines()].count("store.rejected") == 2
    assert [planted for planted in PLANTED if planted in said] == []
    assert [planted for planted in PLANTED if planted in scraped] == []


def test_a_start_that_fails_does_not_tell_the_password(
    postgres_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    nowhere = make_url(postgres_database).set(password=PASSWORD, database=f"none-{uuid4()}")
    broker = mosquitto.url.replace("mqtt://", f"mqtt://{DEVICE}:{BROKER_PASSWORD}@")
    ingest = start_ingest(nowhere.render_as_string(hide_password=False), broker, tmp_path / "log")
    assert ingest.process.wait(15) == 3
    assert len(ingest.said.splitlines()) == 1
    assert [planted for planted in PLANTED if planted in ingest.said] == []


def test_an_error_of_the_database_shows_its_statement_and_not_what_was_to_be_stored(database_url: str) -> None:
    statement = text("INSERT INTO patient (id, name) VALUES (:id, :name)")
    with desk_at(database_url) as desk, pytest.raises(IntegrityError) as refused, desk.engine.begin() as connection:
        connection.execute(statement, {"id": PATIENT, "name": None})
    assert "INSERT INTO patient" in str(refused.value)
    assert PATIENT not in str(refused.value).partition("[SQL:")[2]
