"""The demo as a newcomer runs it: real processes in a folder of its own, and none left when it has ended."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.names import NAMES
from tests.support.places import ROOT

pytestmark = pytest.mark.slow
SMALL = ("--patients", "3", "--days", "3")
Demo = subprocess.Popen[str]


def start(folder: Path, *options: str) -> Demo:
    command = [sys.executable, "-m", "hearthline", "demo", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts demos in a folder of the test; what is left of them is killed by its id."""
    demos: list[Demo] = []

    def begin(*options: str) -> Demo:
        demos.append(start(tmp_path, *options))
        return demos[-1]

    yield begin
    for demo in demos:
        if demo.poll() is None:
            demo.kill()
        demo.communicate()


def children(demo: Demo) -> dict[str, int]:
    """Name -> process id of the demo's broker and ingest."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    fields = (line.split(None, 2) for line in listed.stdout.splitlines())
    return {
        args.split()[-1]: int(pid)
        for pid, parent, args in fields
        if int(parent) == demo.pid and "hearthline.child" in args
    }


def alive(process: int) -> bool:
    """A process that has ended and whose parent has not asked yet is not alive."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until(holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def both_children(demo: Demo) -> dict[str, int]:
    found: dict[str, int] = wait_until(lambda: len(children(demo)) == 2 and children(demo))
    return found


def in_database(folder: Path, query: str) -> int:
    with contextlib.closing(sqlite3.connect(folder / "var" / "demo" / "hearthline.db")) as database:
        return int(database.execute(query).fetchone()[0])


def stored(folder: Path) -> bool:
    with contextlib.suppress(sqlite3.OperationalError):
        return in_database(folder, "SELECT count(*) FROM reading") > 0
    return False


def test_once_stores_and_judges_everything_and_ends_with_the_summary(run: Callable[..., Demo], tmp_path: Path) -> None:
    demo = run("--once", "--json", "--patients", "7", "--days", "10")
    out, err = demo.communicate(timeout=120)
    assert demo.returncode == 0, err
    summary = json.loads(out.splitlines()[-1])
    assert summary["patients"] == 7
    assert summary["in_doubt"] == 0
    assert summary["readings_taken"] > 500
    assert summary["stored"] == in_database(tmp_path, "SELECT count(*) FROM reading")
    assert summary["messages_received"] == in_database(tmp_path, "SELECT count(*) FROM message")
    assert summary["quarantined"] == in_database(tmp_path, "SELECT count(*) FROM refusal") > 0
    assert summary["duplicate"] > 0
    active = "SELECT count(*) FROM flag WHERE status IN ('open', 'acknowledged', 'in_progress')"
    assert summary["flags_open"] == in_database(tmp_path, active) > 0
    assert 0 < summary["first_flag_seconds"] < summary["seconds"]
    assert summary["database"] == f"sqlite:///{tmp_path}/var/demo/hearthline.db"
    assert summary["broker"].startswith("mqtt://127.0.0.1:")
    assert summary["reports"] == f"{tmp_path}/var/demo/reports"
    kinds = {page.name.split(".")[1] for page in Path(summary["reports"]).iterdir()}
    assert kinds == {*NAMES}
    assert all(page.read_text().startswith("<!DOCTYPE html>") for page in Path(summary["reports"]).glob("*.html"))


def test_ctrl_c_drains_ends_everything_and_says_how_to_query(run: Callable[..., Demo], tmp_path: Path) -> None:
    demo = run(*SMALL)
    mine = both_children(demo)
    wait_until(lambda: stored(tmp_path))
    demo.send_signal(signal.SIGINT)
    out, err = demo.communicate(timeout=60)
    assert demo.returncode == 0, err
    assert "readings taken" in out
    assert not any(map(alive, mine.values()))
    query = next(line for line in err.splitlines() if line.endswith("flags list --json"))
    listed = subprocess.run(query, shell=True, capture_output=True, text=True, cwd=ROOT, check=True)
    assert len(listed.stdout.splitlines()) == in_database(tmp_path, "SELECT count(*) FROM flag")
    assert in_database(tmp_path, "SELECT count(*) FROM process WHERE holder IS NOT NULL") == 0


def test_ctrl_c_twice_ends_at_once_and_leaves_no_process(run: Callable[..., Demo], tmp_path: Path) -> None:
    demo = run(*SMALL)
    mine = both_children(demo)
    wait_until(lambda: stored(tmp_path))
    demo.send_signal(signal.SIGINT)
    time.sleep(0.02)
    demo.send_signal(signal.SIGINT)
    _, err = demo.communicate(timeout=20)
    assert demo.returncode == 130
    assert err.splitlines()[-1].startswith("hearthline: ended at once")
    wait_until(lambda: not any(map(alive, mine.values())), 5)


def test_ctrl_c_while_the_days_are_planned_ends_at_once(run: Callable[..., Demo], tmp_path: Path) -> None:
    demo = run("--patients", "5000", "--days", "366")  # would plan for a quarter of an hour
    mine = both_children(demo)
    said = demo.stderr
    assert said is not None
    wait_until(lambda: "planning the days" in said.readline())
    demo.send_signal(signal.SIGINT)
    _, err = demo.communicate(timeout=10)
    assert demo.returncode == 130, err
    assert not any(map(alive, mine.values()))
    assert in_database(tmp_path, "SELECT count(*) FROM patient") == 0


def test_a_demo_killed_without_mercy_leaves_no_process(run: Callable[..., Demo]) -> None:
    demo = run(*SMALL)
    mine = both_children(demo)
    demo.kill()
    demo.communicate()
    wait_until(lambda: not any(map(alive, mine.values())), 20)


@pytest.mark.parametrize(("name", "code"), [("ingest", 1), ("broker", 4)])
def test_a_part_that_dies_is_named_with_its_log_and_the_rest_ends(
    run: Callable[..., Demo], tmp_path: Path, name: str, code: int
) -> None:
    demo = run(*SMALL)
    mine = both_children(demo)
    os.kill(mine[name], signal.SIGKILL)
    _, err = demo.communicate(timeout=60)
    log = tmp_path / "var" / "demo" / f"{name}.log"
    assert err.splitlines()[-1] == f"hearthline: {name} was killed by signal 9; see {log}"
    assert (demo.returncode, log.exists()) == (code, True)
    assert not any(map(alive, mine.values()))


def test_a_second_demo_in_the_same_folder_is_refused_in_one_line(run: Callable[..., Demo], tmp_path: Path) -> None:
    first = run(*SMALL)
    both_children(first)
    second = run("--once")
    _, err = second.communicate(timeout=30)
    assert second.returncode == 1
    assert err == (
        f"hearthline: another demo is running in {tmp_path / 'var'}; end it with Ctrl-C, or start in another folder\n"
    )


def test_an_earlier_demo_is_set_aside_not_overwritten(run: Callable[..., Demo], tmp_path: Path) -> None:
    for _ in range(2):
        demo = run("--seconds", "0", *SMALL)
        _, err = demo.communicate(timeout=60)
        assert demo.returncode == 0, err
    folders = sorted(path.name for path in (tmp_path / "var").iterdir() if path.is_dir())
    assert len(folders) == 2
    assert folders[0] == "demo"
    assert folders[1].startswith("demo-2")


def test_a_folder_that_cannot_hold_a_demo_is_named_in_one_line(run: Callable[..., Demo], tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    demo = run("--once")
    _, err = demo.communicate(timeout=30)
    assert (demo.returncode, err.count("\n")) == (1, 1)
    assert f"{tmp_path / 'var'} is a file" in err
