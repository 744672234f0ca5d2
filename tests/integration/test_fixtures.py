"""The parts under the tests are real, empty and apart from each other."""

from pathlib import Path

from sqlalchemy import create_engine, inspect, text

from models.engine import open_reader, open_writer
from models.tables import Base
from tests.support.processes import Server


def test_database_has_every_table_and_no_patient(database_url: str) -> None:
    engine = open_reader(database_url)
    with engine.begin() as connection:
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())
        assert connection.execute(text("SELECT count(*) FROM patient")).scalar_one() == 0
        assert connection.execute(text("SELECT id, version FROM registry_version")).all() == [(1, 1)]
    engine.dispose()


def test_what_one_test_stores_the_next_does_not_see(migrated_sqlite: Path, sqlite_database: str) -> None:
    engine = open_writer(sqlite_database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE registry_version SET version = 7"))
    engine.dispose()
    template = create_engine(f"sqlite:///{migrated_sqlite}")
    with template.connect() as connection:
        assert connection.execute(text("SELECT version FROM registry_version")).scalar_one() == 1
    template.dispose()


def test_an_empty_database_has_no_tables(postgres_url: str) -> None:
    engine = open_reader(postgres_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
    engine.dispose()


def test_mosquitto_answers(mosquitto: Server) -> None:
    assert mosquitto.process.poll() is None
    assert mosquitto.url == f"mqtt://{mosquitto.host}:{mosquitto.port}"


def test_embedded_broker_answers(embedded_broker: Server) -> None:
    assert embedded_broker.process.poll() is None
