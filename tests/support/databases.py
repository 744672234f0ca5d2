"""Databases at the newest revision, made once a session and copied for each test, because migrating takes longer."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from hearthline.database import upgrade
from tests.support.postgres import fresh_database


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'hearthline.db'}"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file the tests copy; nobody opens it."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, sqlite_url: str) -> str:
    """A migrated SQLite database without rows."""
    database = make_url(sqlite_url).database
    assert database is not None
    shutil.copyfile(migrated_sqlite, database)
    return sqlite_url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: URL) -> Iterator[str]:
    """Name of the database the tests copy; nobody is connected to it."""
    with fresh_database(postgres) as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture
def postgres_database(postgres: URL, migrated_postgres: str) -> Iterator[str]:
    """A migrated PostgreSQL database without rows, dropped afterwards."""
    with fresh_database(postgres, migrated_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows, once on each of the two we promise."""
    return str(request.getfixturevalue(f"{request.param}_database"))
