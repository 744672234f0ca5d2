"""A backup is the record at one instant, and becomes the same record again, on either database (D10, D17)."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hearthline.database import check, current, downgrade, head, upgrade
from hearthline.errors import Failure
from hearthline.keeping.copying import back_up, snapshot
from hearthline.keeping.reading import check_backup
from models.engine import open_writer
from models.life import list_standings, take
from models.tables import Reading, ResendRequest
from registry.beginning import BEGINNING
from tests.support.clinics import NOW, ago, clinic_at, pressure
from tests.support.keeping import KEY, LATER, bring_back, fill, record_of, save

CHANGED_BY_A_RESTORE = {"resend_request", "evaluation"}


@pytest.fixture
def filled(database_url: str) -> str:
    fill(database_url)
    return database_url


@pytest.fixture
def other_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'other' / 'hearthline.db'}"


@pytest.fixture
def target(request: pytest.FixtureRequest, database_url: str) -> str:
    """Another, empty database of the same kind."""
    return str(request.getfixturevalue("other_sqlite" if database_url.startswith("sqlite") else "postgres_url"))


def unchanged(record: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {name: each for name, each in record.items() if name not in CHANGED_BY_A_RESTORE}


def test_every_table_comes_back_as_it_was(filled: str, target: str, tmp_path: Path) -> None:
    before = record_of(filled)
    assert {name for name, (rows, _) in before.items() if rows == 0} == {
        "device_status", "process", "programme_enrolment", "prompt", "resend_request", "running",
    }  # fmt: skip
    done = bring_back(target, save(filled, tmp_path / "a.backup"))
    assert {end.name: (end.rows, end.checksum) for end in done.tables} == before
    assert unchanged(record_of(target)) == unchanged(before)
    check(target)


@pytest.mark.slow
def test_a_backup_of_either_database_can_be_restored_into_the_other(
    sqlite_database: str, postgres_url: str, other_sqlite: str, tmp_path: Path
) -> None:
    """Small grows into clinic, and a clinic's backup can be tried on any machine."""
    fill(sqlite_database)
    before = unchanged(record_of(sqlite_database))
    bring_back(postgres_url, save(sqlite_database, tmp_path / "a.backup"))
    check(postgres_url)
    assert unchanged(record_of(postgres_url)) == before
    bring_back(other_sqlite, save(postgres_url, tmp_path / "b.backup"))
    assert unchanged(record_of(other_sqlite)) == before


def test_work_goes_on_after_a_restore(filled: str, target: str, tmp_path: Path) -> None:
    """Numbers that the database gives out go on, and what was stored is known to be a duplicate."""
    bring_back(target, save(filled, tmp_path / "a.backup"))
    with clinic_at(target) as clinic:
        taken = [pressure("anna", ago(days=5)), pressure("anna", ago(minutes=1))]
        assert clinic.take(*taken) == ["duplicate", "stored"]


def test_a_backup_is_one_instant_and_nobody_waits_for_it(filled: str, tmp_path: Path) -> None:
    """Readings go in while it is written, quickly, and none of them is inside."""
    before = record_of(filled)
    with clinic_at(filled) as clinic:
        hours = iter(range(100))

        def meanwhile(_table: str, _rows: int) -> None:
            assert clinic.take(pressure("bert", ago(hours=next(hours)))) == ["stored"]

        ends = back_up(filled, tmp_path / "a.backup", KEY, NOW, meanwhile)
        assert clinic.count(Reading) > dict(before)["reading"][0]
    assert {end.name: (end.rows, end.checksum) for end in ends} == before


def test_a_backup_is_complete_or_absent(filled: str, tmp_path: Path) -> None:
    def fail(table: str, _rows: int) -> None:
        if table == "reading":
            raise OSError("the disk is full")

    (tmp_path / "backups").mkdir()
    with pytest.raises(OSError, match="the disk is full"):
        back_up(filled, tmp_path / "backups" / "a.backup", KEY, NOW, fail)
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_never_replaces_another(filled: str, tmp_path: Path) -> None:
    first = save(filled, tmp_path / "a.backup").read_bytes()
    with pytest.raises(Failure, match=r"a\.backup exists already; name another file"):
        save(filled, tmp_path / "a.backup")
    assert (tmp_path / "a.backup").read_bytes() == first
    assert (tmp_path / "a.backup").stat().st_mode & 0o777 == 0o600


def test_a_backup_cut_short_restores_nothing(filled: str, target: str, tmp_path: Path) -> None:
    whole = save(filled, tmp_path / "a.backup").read_bytes()
    (tmp_path / "cut.backup").write_bytes(whole[:-100])
    with pytest.raises(Failure, match=r"cut\.backup is damaged or cut short"):
        bring_back(target, tmp_path / "cut.backup")
    assert current(target) is None


def test_a_restore_replaces_nothing(filled: str, tmp_path: Path) -> None:
    path, before = save(filled, tmp_path / "a.backup"), record_of(filled)
    with pytest.raises(Failure, match="holds data already, and a restore replaces nothing; name an empty database"):
        bring_back(filled, path)
    assert record_of(filled) == before


def test_a_database_that_was_only_migrated_is_empty(filled: str, target: str, tmp_path: Path) -> None:
    upgrade(target)
    path = save(filled, tmp_path / "a.backup")
    bring_back(target, path)
    check(target)


def test_nothing_is_restored_under_a_running_ingest(filled: str, target: str, tmp_path: Path) -> None:
    """It would store into the old tables, or wait for the new ones with a cache of the old registry."""
    path = save(filled, tmp_path / "a.backup")
    upgrade(target)
    with clinic_at(target) as clinic:
        with clinic.engine.begin() as connection:
            assert take(connection, "ingest", 0, "somebody", over=None, now=NOW)
        clinic.engine.dispose()
        with pytest.raises(Failure, match=r"ingest is running on .*; stop it first"):
            bring_back(target, path, NOW + timedelta(seconds=10))
    bring_back(target, path, NOW + timedelta(seconds=20))


def test_a_file_that_somebody_has_open_is_left_alone(sqlite_database: str, other_sqlite: str, tmp_path: Path) -> None:
    fill(sqlite_database)
    upgrade(other_sqlite)
    with snapshot(other_sqlite) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM reading")
        with pytest.raises(Failure, match="the database is in use by another process"):
            bring_back(other_sqlite, save(sqlite_database, tmp_path / "a.backup"))


def test_checking_reads_all_of_it_and_needs_no_database(filled: str, tmp_path: Path) -> None:
    manifest, ends = check_backup(save(filled, tmp_path / "a.backup"), KEY, lambda _read: None)
    assert (manifest.revision, manifest.taken_at) == (head(), NOW)
    assert {end.name: (end.rows, end.checksum) for end in ends} == record_of(filled)


def test_devices_are_asked_to_send_again_but_not_revoked_ones(filled: str, other_sqlite: str, tmp_path: Path) -> None:
    engine = open_writer(filled)
    with engine.begin() as connection:
        connection.execute(text("UPDATE device SET revoked_at = enrolled_at WHERE id = 'dev-bert'"))
    engine.dispose()
    assert bring_back(other_sqlite, save(filled, tmp_path / "a.backup"), LATER).asked == 1
    with clinic_at(other_sqlite) as clinic, Session(clinic.engine) as session:
        [request] = session.scalars(select(ResendRequest))
    assert (request.device_id, request.since, request.asked_at) == ("dev-anna", BEGINNING, None)
    assert request.expires_at == LATER + timedelta(days=7)


def test_silence_is_not_judged_for_a_day_after_a_restore(filled: str, other_sqlite: str, tmp_path: Path) -> None:
    """Devices are to send again first; then it is judged as ever."""
    path, later = save(filled, tmp_path / "a.backup"), NOW + timedelta(days=30)
    bring_back(other_sqlite, path, later)
    with clinic_at(other_sqlite) as clinic:
        before = len(clinic.flags())
        clinic.now = later + timedelta(hours=23)
        clinic.settle()
        assert len(clinic.flags()) == before
        clinic.now = later + timedelta(hours=25)
        clinic.settle()
        assert {flag.rule for flag in clinic.flags()[before:]} >= {"NODATA-BP"}


def test_a_slot_that_was_held_when_it_was_taken_is_free_and_not_forgotten(
    filled: str, other_sqlite: str, tmp_path: Path
) -> None:
    """A lease of the old world would hold up the new workers; without the slot nobody would look into its session at
    the broker, where messages may wait."""
    with clinic_at(filled) as clinic, clinic.engine.begin() as connection:
        assert take(connection, "ingest", 1, "somebody", over=None, now=NOW)
    bring_back(other_sqlite, save(filled, tmp_path / "a.backup"), NOW)
    with clinic_at(other_sqlite) as clinic, clinic.engine.begin() as connection:
        assert [(slot, each.holder) for slot, each in list_standings(connection, "ingest").items()] == [(1, None)]


def test_an_older_backup_is_brought_to_the_schema_of_today(filled: str, target: str, tmp_path: Path) -> None:
    downgrade(filled, "0001")
    before = record_of(filled)
    path = save(filled, tmp_path / "a.backup")
    done = bring_back(target, path)
    assert (done.manifest.revision, current(target)) == ("0001", head())
    check(target)
    assert unchanged(record_of(target)).keys() > unchanged(before).keys() - {"refusal"}


def test_a_backup_of_a_newer_version_is_refused(filled: str, target: str, tmp_path: Path) -> None:
    engine = open_writer(filled)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Failure, match="with the newer revision 9999; install that version"):
        bring_back(target, save(filled, tmp_path / "a.backup"))
