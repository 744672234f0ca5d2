"""The shape of the code: small files, small functions, rooms that import downwards, nothing of one machine."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT, absent

ROOMS = (
    "charts", "device", "flags", "hearthline", "ingest", "migrations", "models", "registry", "reports", "simulators",
    "thresholds",
)  # fmt: skip
LINTER = Path(sys.executable).parent / "lint-imports"
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.parent.name != "versions")


def lines_of_functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines from `def` to its end, docstring included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


LINES_OF_FILES = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
LINES_OF_FUNCTIONS = dict(pair for path in FILES for pair in lines_of_functions(path))


def longest(lines: dict[str, int], limit: int) -> list[str]:
    return [f"{name} {count}" for name, count in sorted(lines.items(), key=lambda pair: -pair[1]) if count > limit]


def test_no_file_is_over_250_lines() -> None:
    assert longest(LINES_OF_FILES, 250) == []


def test_nine_files_in_ten_are_under_160_lines() -> None:
    over = longest(LINES_OF_FILES, 159)
    assert len(over) <= len(LINES_OF_FILES) / 10, over


def test_no_function_is_over_30_lines() -> None:
    assert longest(LINES_OF_FUNCTIONS, 30) == []


def test_nine_functions_in_ten_are_under_15_lines() -> None:
    over = longest(LINES_OF_FUNCTIONS, 14)
    assert len(over) <= len(LINES_OF_FUNCTIONS) / 10, over


def test_nothing_is_named_after_what_it_is_not() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc"}
    assert [path for path in FILES if vague & {path.stem, path.parent.name}] == []


WORDS_NOT_OURS = re.compile(r"\b(alert|alarm|observation)s?\b", re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_are_those_of_the_glossary(path: Path) -> None:
    names = {
        name
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (getattr(node, "name", None), getattr(node, "id", None), getattr(node, "arg", None))
        if isinstance(name, str)
    }
    assert [name for name in names if WORDS_NOT_OURS.search(name.replace("_", " "))] == []


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        absent("git", "this is not a clone, and only git knows which files are the project's")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


# Written in pieces, so that this file does not find itself.
OF_ONE_MACHINE = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:work|farm|root|home/\w+)" + "/",
            "/tmp/" + "lab",
            "py" + "pi.org",
            "python" + "hosted",
            "deb." + "debian.org",
        ]
    )
)


def test_no_tracked_file_names_a_folder_of_one_machine_or_a_registry() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in OF_ONE_MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", ["demo", "test"])
def test_a_lock_pins_every_package_by_hash(name: str) -> None:
    entries = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
    assert len(entries) > 15
    assert [entry for entry in entries if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_the_demo_runs_what_the_tests_tested() -> None:
    pinned = {
        name: dict(
            re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
        )
        for name in ("demo", "test")
    }
    assert pinned["demo"].items() <= pinned["test"].items()


def test_all_of_the_record_but_the_catalogue_is_closed_to_simulators_and_rules() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    closed = next(each for each in contracts if each["name"].startswith("simulators and thresholds"))[
        "forbidden_modules"
    ]
    record = {path.stem for path in (ROOT / "models").iterdir() if path.stem not in {"__init__", "__pycache__"}}
    assert {name.removeprefix("models.") for name in closed if name.startswith("models.")} == record - {"measures"}


def test_rooms_import_downwards_only() -> None:
    checked = subprocess.run([LINTER, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
