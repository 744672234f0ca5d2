"""The commands where something around them is missing or closed: a driver, a permission, a settings folder."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hearthline.__main__ import run
from tests.support.places import ROOT

NOBODY = 65534
MAIN = "from hearthline.__main__ import main; main()"


def ask(code: str, *arguments: str, folder: Path, url: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs `code` in a process of its own, in `folder`, with these arguments of the command line."""
    settings = {} if url is None else {"HEARTHLINE_DATABASE__URL": url}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=os.environ | settings | {"PYTHONPATH": str(ROOT)}, cwd=folder,
        capture_output=True, text=True, check=False, umask=0o022,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("flags", "list"), ("db", "upgrade"), ("db", "check"), ("ingest",)], ids=" ".join)
@pytest.mark.slow
def test_without_the_driver_of_postgresql_the_mend_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    without = f"import sys; sys.modules['psycopg'] = None; {MAIN}"
    done = ask(without, *command, folder=tmp_path, url="postgresql://me:secret@127.0.0.1:1/none")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "hearthline: the driver of PostgreSQL is not installed; run: pip install 'hearthline[postgres]'\n"
    )


@pytest.mark.slow
def test_what_is_known_of_patients_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'a.db'}"
    assert ask(MAIN, "db", "upgrade", folder=tmp_path, url=url).returncode == 0
    assert ask(MAIN, "patients", "add", "Ana", "--zone", "UTC", folder=tmp_path, url=url).returncode == 0
    made = [tmp_path / "new", *(tmp_path / "new").iterdir()]
    assert tmp_path / "new" / "a.db" in made
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """`folder` is closed to us; root, whom nothing is closed to, is nobody meanwhile."""
    folder.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
        folder.chmod(0o700)


@pytest.mark.parametrize("command", [("flags", "list"), ("db", "check"), ("db", "upgrade")], ids=" ".join)
def test_a_database_that_may_not_be_opened_is_exit_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", f"sqlite:///{tmp_path / 'shut' / 'a.db'}")
    (tmp_path / "shut").mkdir()
    run(["db", "check"])  # as ourselves: what is imported late may lie where nobody can read
    capsys.readouterr()
    with closed(tmp_path / "shut"):
        code = run(command)
    err = capsys.readouterr().err
    assert code == 3
    assert err.startswith("hearthline: ")
    assert "permission" in err
    assert err.count("\n") == 1
