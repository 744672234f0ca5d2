"""Installing without internet, from the folder that `make wheelhouse` makes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT, absent

pytestmark = pytest.mark.slow


def ran(*command: str | Path, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HEARTHLINE_", "PYTHON"))}
    return subprocess.run(
        [str(part) for part in command], env=own | environment, cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, from a copy of what git tracks, because a build leaves files behind."""
    source, folder = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("house") / "wheelhouse"
    tracked = ran("git", "ls-files", "-z", cwd=ROOT).stdout.split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    made = ran("make", "wheelhouse", f"PYTHON={sys.executable}", f"WHEELHOUSE={folder}", cwd=source)
    if made.returncode != 0 and "Could not find a version" in made.stderr:
        absent("wheels", "no package index can be reached from here")
    assert made.returncode == 0, made.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def installed(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bin` of a new environment, made as INSTALL.txt says; pip could reach no index even if it wanted to."""
    place = tmp_path_factory.mktemp("opt") / "hearthline"
    steps = (wheelhouse / "INSTALL.txt").read_text().replace("/opt/hearthline", str(place))
    commands = [line.strip() for line in steps.splitlines() if line.startswith("  ") and " init " not in line]
    assert len(commands) == 3
    for command in commands:
        done = ran(
            "bash",
            "-c",
            command.replace("python3.11", sys.executable),
            cwd=wheelhouse,
            PIP_INDEX_URL="http://127.0.0.1:1/",
        )
        assert done.returncode == 0, done.stderr
    return place / "bin"


def test_the_wheelhouse_installs_without_an_index_and_its_command_answers(installed: Path, tmp_path: Path) -> None:
    done = ran(installed / "hearthline", "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "doctor" in done.stdout


def test_an_installed_wheel_carries_migrations_templates_and_the_configuration_of_alembic(
    installed: Path, tmp_path: Path
) -> None:
    assert ran(installed / "hearthline", "init", "--profile", "small", tmp_path, cwd=tmp_path).returncode == 0
    upgraded = ran(installed / "hearthline", "db", "upgrade", cwd=tmp_path)
    assert upgraded.returncode == 0, upgraded.stderr
    checked = ran(installed / "alembic", "check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert str(installed / "hearthline") in (tmp_path / "hearthline-ingest.service").read_text()
