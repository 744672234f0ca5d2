"""A part that is absent is never passed over in silence, and what a test starts does not outlive it."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT, absent, find_program, free_port
from tests.support.processes import running, wait_for_port

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_an_absent_part_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTHLINE_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="mosquitto: not installed"):
        absent("mosquitto", "not installed")


def test_an_absent_part_fails_where_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINE_REQUIRE", "postgres, mosquitto")
    with pytest.raises(pytest.fail.Exception, match="mosquitto is required here"):
        absent("mosquitto", "not installed")


def test_a_promise_of_one_part_is_not_one_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINE_REQUIRE", "postgres")
    with pytest.raises(pytest.skip.Exception):
        absent("corpora", "no recordings")


def test_a_program_is_found_outside_the_path(tmp_path: Path) -> None:
    program = tmp_path / "hearthline-test-program"
    program.touch()
    assert find_program("hearthline-test-program", [tmp_path / "empty", tmp_path]) == program
    assert find_program("hearthline-test-program") is None


def test_a_server_ends_with_its_block_even_after_a_failure(tmp_path: Path) -> None:
    with contextlib.suppress(ZeroDivisionError), running(SLEEPER, tmp_path / "log") as process:
        assert process.poll() is None
        raise ZeroDivisionError
    assert process.poll() is not None


def test_a_server_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.processes.STOP_SECONDS", 0.1)
    log = tmp_path / "log"
    with running([sys.executable, "-c", STUBBORN], log) as process:
        while "up" not in log.read_text():
            assert process.poll() is None
    assert process.returncode == -9


def test_a_server_that_ends_at_once_is_reported_with_what_it_said(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running([sys.executable, "-c", "raise SystemExit('no such option')"], log) as process:
        process.wait()
        with pytest.raises(RuntimeError, match="no such option"):
            wait_for_port(process, free_port(), log)


@pytest.mark.slow
def test_pytest_marks_what_starts_a_server_as_slow() -> None:
    chosen = ["tests/integration/test_fixtures.py", "--collect-only", "-q", "-m", "not slow"]
    command = [sys.executable, "-m", "pytest", *chosen]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "[sqlite]" in listed.stdout
    assert "[postgres]" not in listed.stdout
    assert "mosquitto" not in listed.stdout
