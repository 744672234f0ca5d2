"""`alembic` as the project installs it: from any folder, on the database of the settings."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hearthline.database import current, head
from tests.support.places import ROOT

pytestmark = pytest.mark.slow
MAIN = "from hearthline.alembic_command import main; main()"


def alembic(folder: Path, *arguments: str, code: str = MAIN, **environment: str) -> "subprocess.CompletedProcess[str]":
    """What the installed script runs, in `folder`, with the settings' defaults unless `environment` has others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEARTHLINE_", "ALEMBIC_"))}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=kept | {"PYTHONPATH": str(ROOT)} | environment, cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_script_of_an_environment_is_ours() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts["alembic"] == "hearthline.alembic_command:main"


def test_it_upgrades_the_default_database_of_the_folder_it_is_run_in(tmp_path: Path) -> None:
    done = alembic(tmp_path, "upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert current(f"sqlite:///{tmp_path / 'var' / 'hearthline.db'}") == head()
    checked = alembic(tmp_path, "check")
    assert checked.returncode == 0, checked.stderr
    assert "No new upgrade operations detected" in checked.stdout


def test_a_relative_path_in_a_settings_file_is_meant_from_that_file(tmp_path: Path) -> None:
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "hearthline.toml").write_text('[database]\nurl = "sqlite:///data/a.db"\n')
    done = alembic(tmp_path, "upgrade", "head", HEARTHLINE_CONFIG=str(tmp_path / "clinic" / "hearthline.toml"))
    assert done.returncode == 0, done.stderr
    assert current(f"sqlite:///{tmp_path / 'clinic' / 'data' / 'a.db'}") == head()


@pytest.mark.parametrize("how", ["option", "variable", "folder"])
def test_a_configuration_that_is_named_is_the_one_that_counts(tmp_path: Path, how: str) -> None:
    name = "alembic.ini" if how == "folder" else "own.ini"
    (tmp_path / name).write_text("[alembic]\nscript_location = nowhere_of_mine\n")
    options = ("--config", name) if how == "option" else ()
    named = {"ALEMBIC_CONFIG": name} if how == "variable" else {}
    done = alembic(tmp_path, *options, "current", **named)
    assert done.returncode != 0
    assert "nowhere_of_mine" in done.stderr + done.stdout


def test_what_a_person_can_mend_is_one_line_and_the_exit_code_of_the_contract(tmp_path: Path) -> None:
    done = alembic(tmp_path, "current", HEARTHLINE_DATABASE__URL=f"sqlite:///{tmp_path / 'none' / 'a.db'}")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "alembic: the database cannot be opened; check that its folder exists and may be written\n"
    assert alembic(tmp_path, "current", HEARTHLINE_DATABASE__URL="mysql://host/x").returncode == 2


def test_without_the_driver_of_postgresql_the_mend_is_named(tmp_path: Path) -> None:
    without = f"import sys; sys.modules['psycopg'] = None; {MAIN}"
    done = alembic(tmp_path, "current", code=without, HEARTHLINE_DATABASE__URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 3
    assert done.stderr == (
        "alembic: the driver of PostgreSQL is not installed; run: pip install 'hearthline[postgres]'\n"
    )
