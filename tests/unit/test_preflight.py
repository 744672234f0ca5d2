"""The first thing a newcomer runs: it must say the mend in one line, on any Python."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.places import ROOT, absent

SCRIPT = ROOT / "bin" / "preflight.py"


@pytest.fixture(scope="module")
def preflight() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preflight", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_readable_by_python_3_6() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_it_imports_the_standard_library_alone() -> None:
    imported = {
        name.name
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported == {"os", "shutil", "subprocess", "sys"}


def test_python_3_11_with_everything_is_fine(preflight: ModuleType) -> None:
    assert preflight.python_problem((3, 11, 2), lambda _name: True) is None


@pytest.mark.parametrize(
    ("version", "lacking", "mend"),
    [
        ((3, 10, 9), "", "install Python 3.11 or newer"),
        ((3, 11, 2), "ensurepip", "sudo apt install python3.11-venv"),
        ((3, 12, 0), "venv", "sudo apt install python3.12-venv"),
        ((3, 11, 2), "sqlite3", "built without sqlite3"),
    ],
)
def test_a_lacking_part_is_named_with_its_mend(
    preflight: ModuleType, version: tuple[int, ...], lacking: str, mend: str
) -> None:
    problem = preflight.python_problem(version, lambda name: name != lacking)
    assert mend in problem
    assert "\n" not in problem


def test_a_full_disk_is_said_with_what_is_needed(preflight: ModuleType, tmp_path: Path) -> None:
    assert "only 20 MiB are free" in preflight.folder_problem(str(tmp_path), 20, 400)
    assert preflight.folder_problem(str(tmp_path), 400, 400) is None


def test_a_folder_that_is_not_there_cannot_be_written(preflight: ModuleType, tmp_path: Path) -> None:
    assert "cannot write" in preflight.folder_problem(str(tmp_path / "gone"), 9999, 400)


def test_an_environment_is_usable_only_where_it_was_made_and_by_its_python(
    preflight: ModuleType, tmp_path: Path
) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    assert not preflight.usable(str(venv), sys.version_info)
    python = venv / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (venv / "bin" / "pip").write_text(f"#!{venv}/bin/python\n")
    assert preflight.usable(str(venv), sys.version_info)
    assert not preflight.usable(str(venv), (3, 99, 0))
    moved = venv.rename(tmp_path / "moved")
    assert not preflight.usable(str(moved), sys.version_info)


def test_an_unusable_environment_is_cleared_away_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "preflight.py"
    script.write_text(SCRIPT.read_text())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    ran = subprocess.run([sys.executable, script, "demo"], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert "making it again" in ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin"]


def make(target: str, path: str) -> list[str]:
    """What `make target` says before make itself says that it failed, with programs from `path` alone."""
    program = shutil.which("make")
    if program is None:
        absent("make", "no such program is installed (Debian: apt install make)")
    ran = subprocess.run([program, target], cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    return [line for line in ran.stderr.splitlines() if not line.startswith("make: ***")]


def test_without_any_python_the_mend_is_one_line(tmp_path: Path) -> None:
    said = ["hearthline: there is no python3: sudo apt install python3.11 python3.11-venv"]
    assert make("demo", str(tmp_path)) == said


def test_a_benchmark_that_does_not_exist_is_answered_with_those_that_do() -> None:
    (said,) = make("bench-nosuch", os.environ["PATH"])
    assert said.startswith("hearthline: no benchmark is named nosuch; there are: ")
    assert set(said.rpartition(": ")[2].split()) == {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
