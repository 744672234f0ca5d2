"""The commands as processes: they end as they were asked to, and what they say fits into pipes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.processes import Server

pytestmark = pytest.mark.slow
HEARTHLINE = [sys.executable, "-m", "hearthline"]
READINGS = [
    {"id": f"w-{day}", "measured_at": f"2026-01-0{day}T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}
    for day in range(1, 6)
]
Ask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(sqlite_database: str, embedded_broker: Server) -> dict[str, str]:
    """Of the commands; they run this copy of the rooms, installed or not."""
    settings = {"HEARTHLINE_DATABASE__URL": sqlite_database, "HEARTHLINE_BROKER__URL": embedded_broker.url}
    return os.environ | settings | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def ask(environment: dict[str, str], tmp_path: Path) -> Ask:
    """Runs a command to its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*HEARTHLINE, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


@contextmanager
def ingest(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Running and subscribed; killed when the test left it alive."""
    process = subprocess.Popen([*HEARTHLINE, "ingest"], env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        while "broker.subscribed" not in process.stderr.readline():
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def wait_until_it_catches(process: "subprocess.Popen[str]", number: int) -> None:
    """Linux says so in the process's status, a bit a signal."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.02)


def test_sigterm_ends_ingest_with_0(environment: dict[str, str]) -> None:
    with ingest(environment) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_ctrl_c_ends_ingest_with_130_and_one_line(environment: dict[str, str]) -> None:
    with ingest(environment) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "hearthline: finishing what was begun; Ctrl-C again ends at once\n"


def test_a_second_ctrl_c_ends_a_command_that_waits_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text(json.dumps(READINGS[0]))
    command = [*HEARTHLINE, "replay", str(tmp_path / "w.jsonl"), "--device", "scale-0001"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process:
        wait_until_it_catches(process, signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert "Ctrl-C again" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read().endswith("hearthline: ended at once; what was not acknowledged comes again\n")


def test_simulated_days_arrive_and_verify_is_exact(environment: dict[str, str], ask: Ask, tmp_path: Path) -> None:
    options = ("--patients", "3", "--days", "4", "--seed", "7", "--ledger", "truth.jsonl")
    with ingest(environment):
        done = ask("simulate", "run", *options, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        summary = json.loads(done.stdout.splitlines()[-1])
        assert summary["patients"] == 3
        assert summary["taken"] == summary["receipted"] > 0
        assert summary["in_doubt"] == 0
        assert summary["seconds"] == round(summary["seconds"], 2) > 0
        verified = ask("verify", "truth.jsonl", "--json")
    verdict = json.loads(verified.stdout)
    assert verified.returncode == 0, verified.stderr
    assert verdict["taken"] == verdict["stored"] == summary["taken"]
    enrolled = {json.loads(line)["id"] for line in ask("patients", "list", "--json").stdout.splitlines()}
    ledger = (tmp_path / "truth.jsonl").read_text().splitlines()
    assert {json.loads(line)["patient"] for line in ledger} <= enrolled


def test_the_same_seed_may_run_again_and_it_is_said(environment: dict[str, str], ask: Ask) -> None:
    options = ("simulate", "run", "--patients", "2", "--days", "1", "--seed", "7", "--json")
    with ingest(environment):
        first, second = ask(*options), ask(*options)
    assert (first.returncode, first.stderr, second.returncode) == (0, "", 0)
    assert second.stderr.startswith("hearthline: the patients of seed 7 are in this database already")
    assert second.stderr.count("\n") == 1
    assert len(ask("patients", "list", "--json").stdout.splitlines()) == 2


def test_a_recording_becomes_a_new_patients_readings(environment: dict[str, str], ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(json.dumps(READINGS))
    with ingest(environment):
        done = ask("replay", "w.json", "--device", "new", "--patient", "Ana Ruiz", "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert {"measure": "weight", "taken": 5, "receipted": 5}.items() <= summary.items()
    assert summary["seconds"] == round(summary["seconds"], 2)
    [patient] = (json.loads(line) for line in ask("patients", "list", "--json").stdout.splitlines())
    assert (patient["name"], patient["id"]) == ("Ana Ruiz", summary["patient"])
    assert patient["devices"][0]["device"] == summary["device"]
    assert ask("quarantine", "list", "--json").stdout == ""


def test_a_table_is_replayed_as_its_map_says(environment: dict[str, str], ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("t,gl\n2026-01-05T07:12:00,102.0\n2026-01-05T07:17:00,5\n")
    mapped = ("--map", "measured_at=t,glucose=gl:mg/dL", "--zone", "Europe/Paris", "--context", "specimen=interstitial")
    with ingest(environment):
        done = ask("replay", "g.csv", "--device", "new", "--patient", "Bo", *mapped, "--json")
    assert done.returncode == 0, done.stderr
    [refusal] = (json.loads(line) for line in ask("quarantine", "list", "--json").stdout.splitlines())
    assert (refusal["code"], refusal["pointer"]) == ("decode.out_of_range", "/1/values/glucose/value")


def test_what_nobody_answers_for_is_exit_1(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(json.dumps(READINGS))
    done = ask("replay", "w.json", "--device", "scale-0001", "--settle", "1", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["receipted"] == 0
