"""The command line without a database: help, versions, usage, decode."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from hearthline import __version__
from hearthline import commands as command_files
from hearthline.__main__ import run
from hearthline.cli import COMMANDS, GROUPS, app
from hearthline.guess import guess_topic
from models.measures import CATALOGUE

READING = {"id": "a-1", "measured_at": "2026-01-05T07:12:00-05:00", "values": {"weight": {"value": 70, "unit": "kg"}}}
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs the command line in an empty folder; answers exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


def paths(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield before
    for name, command in getattr(group, "commands", {}).items():
        yield from paths(command, (*before, name))


ALL = sorted(paths(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself(said: Said, path: tuple[str, ...]) -> None:
    code, out, err = said(*path, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(" ".join(("Usage: hearthline", *path)))
    described = out.partition("\n\n")[2].partition("Options:")[0]
    assert len(described.split()) > 2


@pytest.mark.parametrize(
    "path", [path for path in ALL if path[-1:] in (("list",), ("show",), ("run",), ("add",), ("check",))], ids=" ".join
)
def test_whatever_prints_data_can_print_json(said: Said, path: tuple[str, ...]) -> None:
    assert "--json" in said(*path, "--help")[1]


def test_every_command_file_is_in_the_table() -> None:
    files = {path.stem for path in Path(command_files.__path__[0]).glob("*.py")} - {"__init__"}
    assert files == {*COMMANDS, *GROUPS}


def test_bare_command_shows_what_there_is(said: Said) -> None:
    code, out, _ = said()
    assert code == 0
    assert "not monitoring, not an alarm, not for emergencies" in " ".join(out.split())


def test_version_is_shown(said: Said) -> None:
    assert said("--version") == (0, f"hearthline {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("frob",), "No such command 'frob'; see: hearthline --help"),
        (("db", "chekc"), "Did you mean 'check'?; see: hearthline db --help"),
        (("db",), "Missing command; see: hearthline db --help"),
        (("db", "check", "--frob"), "No such option: --frob; see: hearthline db check --help"),
        (("patients", "show"), "Missing argument 'patient_id'; see: hearthline patients show --help"),
        (("flags", "show", "x"), "see: hearthline flags show --help"),
        (("flags", "list", "--since", "soon"), "not a time such as"),
        (("patients", "add", "Ana", "--zone", "UTC", "--fact", "heart_failure"), "not of the form name=value"),
        (("--config", "nowhere.toml", "db", "check"), "there is no settings file nowhere.toml"),
        (("decode", "nothing.json"), "there is no nothing.json; check the name"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_2(said: Said, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = said(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("hearthline: ")
    assert complaint in err
    assert err.count("\n") == 1


def test_help_is_there_at_once() -> None:
    """A person waits 0.1 s without noticing. Processor time, not the clock's: this machine may be busy with others."""
    assert min(processor_seconds([sys.executable, "-m", "hearthline", "--help"]) for _ in range(3)) < 0.35


def processor_seconds(command: list[str]) -> float:
    """What the process and its children used."""
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_no_heavy_import_comes_with_the_table_of_commands() -> None:
    heavy = {"sqlalchemy", "alembic", "paho", "rich", "structlog"}
    code = f"import sys, hearthline.cli; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_decode_prints_a_reading_under_the_names_of_the_contract(said: Said, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(READING))
    code, out, err = said("decode", "one.json", "--topic", "hearthline/v1/up/scale-0001/weight")
    assert (code, err) == (0, "")
    line = json.loads(out)
    assert {
        "kind": "reading",
        "element": 0,
        "device": "scale-0001",
        "measure": "weight",
        "given_id": "a-1",
    }.items() <= line.items()
    assert {
        "measured_at": "2026-01-05T12:12:00Z",
        "utc_offset": -300,
        "device_time": READING["measured_at"],
    }.items() <= line.items()
    assert line["values"] == {"weight": 70.0}
    assert line["as_sent"] == {"weight": ["70", "kg"]}
    assert line["slot"] is None


def test_decode_answers_1_when_anything_was_refused_and_still_prints_the_rest(said: Said, tmp_path: Path) -> None:
    faulty = READING | {"id": "a-2", "values": {"weight": {"value": 70}}}
    (tmp_path / "two.json").write_text(json.dumps([READING, faulty]))
    code, out, _ = said("decode", "two.json", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [line["kind"] for line in lines] == ["reading", "refusal"]
    assert lines[1]["code"] == "decode.unit_missing"
    assert lines[1]["pointer"] == "/1/values/weight/unit"


def test_decode_reads_standard_input(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff{")))
    code, out, _ = said("decode", "-")
    assert code == 1
    assert json.loads(out)["code"].startswith("decode.not_")


def test_decode_asks_for_the_topic_when_nothing_names_the_measure(said: Said, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('{"values": {"mood": {"value": 1, "unit": "1"}}}')
    code, out, err = said("decode", "odd.json")
    assert (code, out) == (2, "")
    assert "--topic hearthline/v1/up/DEVICE/MEASURE" in err


@pytest.mark.parametrize(
    ("component", "measure"),
    [(component.name, measure.code) for measure in CATALOGUE.values() for component in measure.components],
)
def test_any_component_names_its_measure(component: str, measure: str) -> None:
    payload = {"device": "own-name-1", "values": {"mood": 0, component: 0}}
    assert guess_topic(json.dumps([5, payload]).encode()) == f"hearthline/v1/up/own-name-1/{measure}"


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b"{}", b'{"values": 5}', b'{"values": {}, "device": 7}', b"[" * 100_000]
)
def test_guessing_the_topic_survives_anything(payload: bytes) -> None:
    assert guess_topic(payload) in (None, "hearthline/v1/up/unknown-device/blood_pressure")


def test_rules_are_listed_with_their_sources(said: Said) -> None:
    code, out, _ = said("rules", "list", "--json")
    rules = {line["id"]: line for line in map(json.loads, out.splitlines())}
    assert code == 0
    assert {"BP-SEV", "GLU-L2", "GLU-L1", "GLU-XHI", "CGM-L2", "WT-HF-3D", "SLP-AHI"} <= rules.keys()
    assert all(
        rule[name] for rule in rules.values() for name in ("severity", "stream", "words", "limit", "source", "standing")
    )


def test_rules_are_listed_with_the_numbers_that_may_be_set(said: Said) -> None:
    rules = {
        line["id"]: line["parameters"] for line in map(json.loads, said("rules", "list", "--json")[1].splitlines())
    }
    assert all(rules.values())
    assert rules["GLU-L2"] == [
        {
            "name": "low",
            "words": "glucose below which it is of level 2",
            "published": ["54 mg/dL", "3.0 mmol/L"],
            "units": ["mg/dL", "mmol/L"],
            "safer": "higher",
            "widest": "54 mg/dL",
        }
    ]


def test_a_table_is_aligned_and_says_what_it_shows(said: Said) -> None:
    lines = said("rules", "list")[1].splitlines()
    start = lines[0].index("severity")
    assert all(line[start - 1] == " " and line[start] != " " for line in lines)


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m hearthline rules list --json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode in (0, 141)
