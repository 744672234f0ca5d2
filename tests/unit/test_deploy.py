"""The files for containers, checked where no container engine is: by linters and by comparison."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hearthline import __version__
from hearthline.doctor.broker_file import read_broker_file
from hearthline.init.profile import PROFILES
from hearthline.init.write import TEMPLATES, write_profile
from tests.support.places import ROOT, absent

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def checked_by(linter: str, *arguments: str | Path) -> None:
    """Fails with what the linter says; skipped on machines for which there is none."""
    if not (BIN / linter).exists():
        absent(linter, "its wheel is for Linux on x86-64")
    done = subprocess.run([BIN / linter, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_of_container_files_has_nothing_to_say() -> None:
    checked_by("hadolint", "--failure-threshold", "style", DEPLOY / "Containerfile")


def test_the_linter_of_compose_files_finds_nothing_worse_than_an_image_named_by_tag() -> None:
    checked_by("compose-lint", "check", "--fail-on", "high", DEPLOY / "compose.yaml")


def test_the_image_holds_every_room_and_nothing_else() -> None:
    rooms = {
        name.rstrip("*")
        for name in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"][
            "include"
        ]
    }
    copied = set(re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE))
    let_in = set(re.findall(r"^!(\w+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE))
    assert copied == rooms
    assert let_in - {"LICENSE", "NOTICE"} == rooms


def test_what_the_image_is_built_from_is_there_and_let_in() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    let_in = re.findall(r"^!(\S+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE)
    sources = [name for line in re.findall(r"^COPY ([^-].*)$", text, re.MULTILINE) for name in line.split()[:-1]]
    assert len(sources) > 10
    assert [name for name in sources if not (ROOT / name).exists() or name not in let_in] == []


def test_an_image_has_the_version_of_the_code() -> None:
    named = {found for name in ("compose.yaml", "Containerfile") for found in
             re.findall(r"localhost/hearthline:(\S+)", (DEPLOY / name).read_text())}  # fmt: skip
    assert named == {__version__}


def test_nothing_runs_as_root() -> None:
    assert re.findall(r"^USER (\S+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE) == ["10001:10001"]
    services = services_of((DEPLOY / "compose.yaml").read_text())
    assert {
        name for name, body in services.items() if "user:" not in body and "localhost/hearthline" not in body
    } == set()


def services_of(text: str) -> dict[str, str]:
    """Name to body, by indentation: a parser of YAML is not among what we need."""
    part = text.partition("\nservices:\n")[2].partition("\nnetworks:\n")[0]
    names = re.split(r"^  (\w+):\n", part, flags=re.MULTILINE)
    return dict(zip(names[1::2], names[2::2], strict=True))


def test_every_file_that_compose_names_is_there_but_the_secrets() -> None:
    named = re.findall(r"file: \./([\w./-]+)", (DEPLOY / "compose.yaml").read_text())
    assert [name for name in named if not (DEPLOY / name).is_file()] == [
        name for name in named if name.startswith("secrets/")
    ]


def test_the_broker_in_a_container_is_that_of_the_profile_but_for_where_it_listens_and_writes(tmp_path: Path) -> None:
    write_profile(PROFILES["clinic"], tmp_path, 1883)
    own: dict[str, Any] = dict(read_broker_file(str(tmp_path / "mosquitto.conf")))
    ours: dict[str, Any] = dict(read_broker_file(str(DEPLOY / "mosquitto.conf")))
    assert {key for key in own | ours if own.get(key) != ours.get(key)} == {"listener", "persistence_location"}
    assert (ours["listener"], ours["persistence_location"]) == ("1883", "/mosquitto/data/")


def test_the_database_in_a_container_is_that_of_the_profile() -> None:
    assert (DEPLOY / "postgresql.sql").read_text() == (TEMPLATES / "postgresql.sql").read_text()


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_a_shells(script: Path) -> None:
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
