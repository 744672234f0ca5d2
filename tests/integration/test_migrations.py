"""The schema goes up, comes down and is what the code wants, on both databases."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hearthline.database import check, current, downgrade, head, require_current, upgrade
from hearthline.errors import DATABASE, Failure
from models.engine import open_reader, open_writer
from models.measures import CATALOGUE
from models.tables import Base
from tests.support.places import ROOT


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on each of the two we promise."""
    if request.param == "postgres":
        request.applymarker(pytest.mark.slow)
    return str(request.getfixturevalue(f"{request.param}_url"))


def tables(url: str) -> set[str]:
    engine = open_reader(url)
    with engine.begin() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def execute(url: str, *statements: str) -> None:
    engine = open_writer(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_upgrade_makes_every_table_and_check_finds_no_difference(empty_url: str) -> None:
    upgrade(empty_url)
    assert tables(empty_url) == set(Base.metadata.tables)
    assert current(empty_url) == head()
    check(empty_url)


def test_registry_starts_at_version_one(empty_url: str) -> None:
    upgrade(empty_url)
    engine = open_reader(empty_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id, version FROM registry_version")).all() == [(1, 1)]
    engine.dispose()


def test_upgrade_again_changes_nothing(empty_url: str) -> None:
    upgrade(empty_url)
    execute(empty_url, "UPDATE registry_version SET version = 7")
    upgrade(empty_url)
    check(empty_url)
    engine = open_reader(empty_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM registry_version")).scalar_one() == 7
    engine.dispose()


def test_downgrade_to_base_leaves_nothing_and_upgrade_brings_it_back(empty_url: str) -> None:
    upgrade(empty_url)
    downgrade(empty_url, "base")
    assert tables(empty_url) == set()
    upgrade(empty_url)
    check(empty_url)


def test_a_table_changed_by_hand_is_noticed(empty_url: str) -> None:
    upgrade(empty_url)
    execute(empty_url, "ALTER TABLE patient ADD COLUMN shoe_size INTEGER")
    with pytest.raises(Failure, match="differs from revision") as failure:
        check(empty_url)
    assert failure.value.code == DATABASE


def test_a_sequence_number_may_be_as_large_as_the_contract_allows(empty_url: str) -> None:
    upgrade(empty_url)
    engine = open_reader(empty_url)
    with engine.begin() as connection:
        found = {column["name"]: str(column["type"]) for column in inspect(connection).get_columns("reading")}
    engine.dispose()
    assert found["seq"] == "BIGINT"


def test_every_component_of_the_catalogue_has_a_nullable_double(empty_url: str) -> None:
    upgrade(empty_url)
    engine = open_reader(empty_url)
    with engine.begin() as connection:
        found = {column["name"]: column for column in inspect(connection).get_columns("reading")}
    engine.dispose()
    for measure in CATALOGUE.values():
        for component in measure.components:
            assert found[component.name]["nullable"]
            assert "DOUBLE" in str(found[component.name]["type"])


def test_only_one_flag_of_a_patient_and_rule_may_be_active(empty_url: str) -> None:
    upgrade(empty_url)
    engine = open_reader(empty_url)
    with engine.begin() as connection:
        index = next(each for each in inspect(connection).get_indexes("flag") if each["name"] == "uq_flag_active")
    engine.dispose()
    assert index["unique"]
    condition = " ".join(str(value) for value in index["dialect_options"].values())
    assert {"open", "acknowledged", "in_progress"} <= set(condition.replace("'", " ").split())


def test_a_database_that_was_never_migrated_is_refused_with_the_mend(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="run: hearthline db upgrade") as failure:
        require_current(sqlite_url)
    assert failure.value.code == DATABASE
    assert list(tmp_path.iterdir()) == [], "looking must not make a file"


def test_a_database_of_a_newer_version_is_refused(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    execute(sqlite_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Failure, match=r"revision 9999.*install that version"):
        require_current(sqlite_url)


def test_an_upgrade_that_fails_leaves_nothing_half_done(sqlite_url: str) -> None:
    execute(sqlite_url, "CREATE TABLE flag (id INTEGER)")
    with pytest.raises(Failure, match="another schema"):
        upgrade(sqlite_url)
    assert tables(sqlite_url) == {"flag"}
    assert current(sqlite_url) is None


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'deep' / 'down' / '100%.db'}")
    with sqlite3.connect(tmp_path / "deep" / "down" / "100%.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]
    connection.close()


def test_there_is_one_newest_revision_and_none_imports_our_code() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert len(scripts.get_heads()) == 1
    rooms = tuple(path.name for path in ROOT.iterdir() if (path / "__init__.py").exists())
    for revision in (ROOT / "migrations" / "versions").glob("*.py"):
        lines = revision.read_text().splitlines()
        assert not [
            line
            for line in lines
            if line.startswith(tuple(f"{how} {room}" for how in ("import", "from") for room in rooms))
        ]


@pytest.mark.slow
def test_alembic_itself_works_from_any_folder(sqlite_url: str, tmp_path: Path) -> None:
    def alembic(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "alembic", "-c", str(ROOT / "alembic.ini"), *arguments]
        environment = {"PATH": "/usr/bin:/bin", "HEARTHLINE_DATABASE__URL": sqlite_url}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    alembic("upgrade", "head")
    assert "No new upgrade operations detected" in alembic("check").stdout
    alembic("downgrade", "base")
    assert tables(sqlite_url) == set()
    other = f"sqlite:///{tmp_path / 'other.db'}"
    alembic("-x", f"url={other}", "upgrade", "head")
    assert tables(other) == set(Base.metadata.tables)
