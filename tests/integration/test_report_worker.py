"""`reports worker` as a process: it ends as it was asked to, and beside it nobody makes anything."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from hearthline.doctor.finding import Place
from hearthline.doctor.reports import check_reports
from hearthline.settings import DatabaseSettings, Settings
from tests.support.faults.scheduling import Scene, Workers
from tests.support.mailing import post_office
from tests.support.schedules import office_at
from tests.support.wards import Ward
from tests.support.working import environment

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(ward: Ward, sqlite_database: str, tmp_path: Path) -> Iterator[Scene]:
    """Ana, one worker, and a schedule that nobody is waiting for."""
    ward.now = datetime.now(UTC)
    ward.admit("ana")
    with post_office() as post, office_at(ward, tmp_path) as office:
        workers = Workers(sqlite_database, tmp_path / "log", post)
        try:
            workers.start()
            yield Scene(office, workers, ["ana"])
        finally:
            workers.end()


def run_due(scene: Scene) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hearthline", "reports", "run", "--due", "--json"]
    settings = {**environment(scene.workers.url, "mqtt://127.0.0.1:1"), "HEARTHLINE_REPORTS__LEASE": "1.0"}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def told(scene: Scene, later: timedelta = timedelta(0)) -> list[str]:
    """What doctor says."""
    place = Place(Settings(DatabaseSettings(scene.workers.url)), None, datetime.now(UTC) + later)
    with Session(scene.engine) as session:
        return [finding.says for finding in check_reports(place, session)]


def test_beside_a_worker_nobody_makes_anything_and_the_worker_does(scene: Scene) -> None:
    pid = scene.holder()
    scene.ask("folder:out")
    done = run_due(scene)
    assert done.returncode == 0
    assert json.loads(done.stdout)["elsewhere"].startswith(f"process {pid} on ")
    assert json.loads(done.stdout)["made"] == 0
    scene.finish()
    assert scene.look().wrong() == {}


def test_asked_to_stop_it_ends_with_0_and_signs_off(scene: Scene) -> None:
    pid = scene.holder()
    scene.ask("folder:out")
    scene.finish()
    os.kill(pid, signal.SIGTERM)
    assert scene.workers.running[0].wait(20) == 0
    assert scene.count("SELECT count(*) FROM process WHERE kind = 'reports' AND holder IS NOT NULL") == 0
    assert told(scene, timedelta(minutes=2)) == ["schedules: 1; last sign of work 2 min ago"]


def test_one_that_died_is_missed_within_seconds_and_another_takes_over_at_once(scene: Scene) -> None:
    pid = scene.holder()
    scene.ask("folder:out")
    scene.finish()
    scene.workers.signal(pid, signal.SIGKILL)
    [says] = told(scene, timedelta(seconds=20))
    assert says.startswith(f"the worker (process {pid} on ")
    assert "ended without signing off" in says
    scene.ask("folder:out")
    done = run_due(scene)
    assert (done.returncode, json.loads(done.stdout)["made"]) == (0, 1), done.stderr
