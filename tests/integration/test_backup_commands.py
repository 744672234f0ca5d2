"""`db backup`, `db restore` and `db make-key`, as a person types them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hearthline.__main__ import run
from hearthline.database import current, downgrade, head
from tests.support.keeping import fill

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Exit code, stdout and stderr of a command on a filled database."""
    fill(sqlite_database)
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: object) -> tuple[int, str, str]:
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run_and_read


@pytest.fixture
def key(said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "backup.key"
    assert said("db", "make-key", path)[0] == 0
    monkeypatch.setenv("HEARTHLINE_BACKUP__KEY_FILE", str(path))
    return path


def answer(outcome: tuple[int, str, str]) -> Any:
    assert outcome[0] == 0, outcome
    return json.loads(outcome[1])


def test_making_a_key_says_what_to_do_with_it(said: Said, tmp_path: Path) -> None:
    code, out, err = said("db", "make-key", tmp_path / "a.key")
    assert (code, out) == (0, "")
    assert err == f"hearthline: keep a copy of {tmp_path / 'a.key'} away from this machine and from the backups\n"


def test_a_backup_is_checked_and_restored(
    said: Said, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = answer(said("db", "backup", tmp_path / "a.backup", "--test", "--json"))
    assert made["tested"] is True
    assert {each["table"]: each["rows"] for each in made["tables"]}["reading"] == 8
    checked = answer(said("db", "restore", tmp_path / "a.backup", "--check", "--json"))
    assert (checked["whole"], checked["revision"], checked["tables"]) == (True, head(), made["tables"])
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", f"sqlite:///{tmp_path / 'new' / 'hearthline.db'}")
    restored = answer(said("db", "restore", tmp_path / "a.backup", "--json"))
    assert (restored["tables"], restored["devices_asked"], restored["resend_since"]) == (made["tables"], 2, None)
    assert said("db", "check")[0] == 0
    assert len(said("patients", "list", "--json")[1].splitlines()) == 2


def test_a_restore_onto_data_is_exit_1_and_changes_nothing(said: Said, key: Path, tmp_path: Path) -> None:
    answer(said("db", "backup", tmp_path / "a.backup", "--json"))
    code, out, err = said("db", "restore", tmp_path / "a.backup")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "holds data already, and a restore replaces nothing" in err


def test_old_bytes_go(said: Said) -> None:
    """There are none yet; the day it is counted from is said."""
    assert answer(said("db", "purge", "--older-than", "400d", "--json"))["purged"] == 0
    assert said("db", "purge", "--older-than", "soon")[0] == 2


def test_a_schedule_keeps_as_many_as_it_was_told(said: Said, key: Path, tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = [folder / f"hearthline-2025-0{month}-01T000000Z.backup" for month in range(1, 5)]
    for path in old:
        path.touch()
    monkeypatch.setenv("HEARTHLINE_BACKUP__FOLDER", str(folder))
    made = answer(said("db", "backup", "--keep", 3, "--json"))
    assert made["removed"] == [str(path) for path in (old[1], old[0])]
    assert {path.name for path in folder.iterdir()} == {old[2].name, old[3].name, Path(made["backup"]).name}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("db", "backup"), "no place for the backup; name a file or a folder, or set backup.folder"),
        (("db", "backup", "x.backup", "--keep", "2"), "--keep is for a folder of backups"),
        (("db", "restore", "none.backup"), "there is no none.backup"),
        (("db", "backup", "no/such/folder/x.backup"), "there is no no/such/folder"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    said: Said, key: Path, arguments: tuple[str, ...], complaint: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(*arguments)
    assert (code in (1, 2, 3), out, err.count("\n")) == (True, "", 1)
    assert complaint in err


def test_an_upgrade_backs_up_first_where_a_folder_is_set(
    said: Said, key: Path, sqlite_database: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("HEARTHLINE_BACKUP__FOLDER", str(tmp_path))
    downgrade(sqlite_database, "0001")
    upgraded = answer(said("db", "upgrade", "--json"))
    assert (upgraded["before"], upgraded["revision"], current(sqlite_database)) == ("0001", head(), head())
    checked = answer(said("db", "restore", upgraded["backup"], "--check", "--json"))
    assert checked["revision"] == "0001"
    assert datetime.fromisoformat(checked["taken_at"]) > datetime.now(UTC) - timedelta(minutes=5)
    assert "backup" not in answer(said("db", "upgrade", "--json"))


def test_an_upgrade_whose_backup_fails_changes_nothing(
    said: Said, key: Path, sqlite_database: str, tmp_path: Path
) -> None:
    downgrade(sqlite_database, "0001")
    assert said("db", "upgrade", "--backup", tmp_path / "no" / "a.backup")[0] != 0
    assert current(sqlite_database) == "0001"
