"""Readings kept as Parquet: all of them once, what is new at the next run, and nothing half."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.__main__ import run
from models.tables import Reading
from reports.errors import ReportError
from reports.run import Wish
from reports.scale.export import SETTLED, Exported, export
from reports.scale.folder import STATE, alone, read_state
from reports.scale.spread import on_dask, spread_panel, spread_quality
from tests.support.places import ROOT
from tests.support.wards import Ward, every, taken

pytestmark = pytest.mark.slow
BEGUN = datetime(2026, 9, 20, 7, tzinfo=UTC)
STORED = datetime(2026, 11, 1, tzinfo=UTC)
LATER = STORED + timedelta(days=1)
SENSED = {"context": {"specimen": "interstitial"}}
PEOPLE = {"ana": "America/New_York", "ben": "Asia/Kolkata", "cai": "UTC"}


def populate(ward: Ward) -> None:
    """Forty days of pressures and weights of three, a sensor's of one."""
    ward.now = STORED
    for name, zone in PEOPLE.items():
        device = ward.admit(name, zone)
        days = every(1440, BEGUN, 40)
        pressures = [taken(f"b{n}", at, systolic=118 + n % 9, diastolic=71, pulse=60) for n, at in enumerate(days)]
        ward.take(device, "blood_pressure", *pressures)
        ward.take(device, "weight", *(taken(f"w{n}", at, weight=80 if n != 20 else 50) for n, at in enumerate(days)))
    samples = [taken(f"c{n}", at, glucose=80 + n % 140) | SENSED for n, at in enumerate(every(60, BEGUN, 900))]
    ward.take("device-of-ana", "glucose", *samples)


@pytest.fixture
def kept(any_ward: Ward) -> Ward:
    populate(any_ward)
    return any_ward


def take_out(ward: Ward, folder: Path, now: datetime = LATER) -> Exported:
    with Session(ward.engine) as session:
        return export(session, folder, now, lambda _rows: None)


def ids(folder: Path) -> list[str]:
    return sorted(each for path in folder.glob("measure=*/month=*/*.parquet") for each in _column(path, "id"))


def _column(path: Path, name: str) -> list[str]:
    return [str(each) for each in pq.ParquetFile(path).read([name])[name].to_pylist()]


def in_record(ward: Ward) -> list[str]:
    with Session(ward.engine) as session:
        return sorted(str(each) for each in session.scalars(select(Reading.id)))


def test_each_reading_is_there_once_in_the_folder_of_its_measure_and_month(kept: Ward, tmp_path: Path) -> None:
    done = take_out(kept, tmp_path)
    assert (done.rows, ids(tmp_path)) == (1140, in_record(kept))
    folders = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*/*.parquet")}
    assert folders == {
        f"measure={measure}/month={month}"
        for measure in ("blood_pressure", "glucose", "weight") for month in ("2026-09", "2026-10")
    }  # fmt: skip


def test_a_second_run_adds_what_is_new_and_late_readings_go_to_their_month(kept: Ward, tmp_path: Path) -> None:
    take_out(kept, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/*")}
    kept.now = LATER
    kept.take("device-of-ben", "weight", taken("late", BEGUN + timedelta(hours=3), weight=80.5))
    kept.take("device-of-ben", "weight", taken("new", LATER - timedelta(hours=1), weight=80.5))
    done = take_out(kept, tmp_path, LATER + timedelta(days=1))
    assert (done.rows, done.files, done.whole) == (2, 2, 1142)
    assert ids(tmp_path) == in_record(kept)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    added = {path.parent.name for path in {*tmp_path.glob("*/*/*")} - {*before}}
    assert added == {"month=2026-09", "month=2026-11"}
    assert take_out(kept, tmp_path, LATER + timedelta(days=1)).rows == 0


def test_what_was_stored_in_the_last_minutes_waits_for_the_next_run(ward: Ward, tmp_path: Path) -> None:
    populate(ward)
    assert take_out(ward, tmp_path, STORED + SETTLED / 2).rows == 0
    assert take_out(ward, tmp_path, STORED + SETTLED * 2).rows == 1140


def test_a_run_that_is_killed_leaves_whole_files_alone_and_the_next_makes_up_for_it(
    ward: Ward, sqlite_database: str, tmp_path: Path
) -> None:
    """Killed after each of some counts of chunks, at whatever it does then."""
    populate(ward)
    program = (
        "import os, signal, sys; from datetime import datetime; from pathlib import Path;"
        "from sqlalchemy.orm import Session; from models.engine import open_reader; import reports.scale.export as e;"
        "e.CHUNK = 50; left = [int(sys.argv[3])]\n"
        "def tick(rows):\n left[0] -= 1\n left[0] or os.kill(os.getpid(), signal.SIGKILL)\n"
        "now = datetime.fromisoformat(sys.argv[4])\n"
        "e.export(Session(open_reader(sys.argv[1])), Path(sys.argv[2]), now, tick)"
    )
    for count in (1, 4, 12):
        folder = tmp_path / str(count)
        command = [sys.executable, "-c", program, sqlite_database, str(folder), str(count), LATER.isoformat()]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
        assert read_state(folder).files == ()
        whole = [pq.ParquetFile(path).metadata.num_rows for path in folder.glob("*/*/[!.]*.parquet")]
        assert all(rows > 0 for rows in whole)
        assert take_out(ward, folder).rows == 1140
        assert ids(folder) == in_record(ward)
        assert not list(folder.glob("*/*/.*"))


def test_two_do_not_write_at_once(ward: Ward, tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(ReportError, match="another export is writing into"):
        take_out(ward, tmp_path)


def test_a_damaged_folder_is_left_as_it_is(ward: Ward, tmp_path: Path) -> None:
    (tmp_path / STATE).write_text("{")
    with pytest.raises(ReportError, match="is damaged; export into another folder"):
        take_out(ward, tmp_path)


def wish(report: str) -> Wish:
    return Wish(report, "all", 20, STORED, STORED + timedelta(hours=1))


def test_reports_from_an_export_are_those_from_the_record(kept: Ward, tmp_path: Path) -> None:
    take_out(kept, tmp_path)
    with Session(kept.engine) as session:
        told = spread_panel(session, wish("panel"), tmp_path, map, LATER)
        lines = list(spread_quality(session, wish("quality"), tmp_path, map, LATER))
    kept.now = LATER
    from_record = kept.report("panel", "all", 20, until=STORED, cursor=STORED + timedelta(hours=1))
    assert told.content == from_record.content
    assert told.html() == from_record.html()
    assert {each["patient"] for each in lines} == {*PEOPLE}
    for each in lines:
        alone_ = kept.report("quality", each["patient"], 20, until=STORED, cursor=STORED + timedelta(hours=1))
        assert each["figures"].items() <= alone_.content["figures"].items()
        assert each["figures"]["readings"]["value"] > 30


def dying(done: tuple[str, Any, Any]) -> Any:
    """The task, but the first of all processes that is asked is killed in the middle of it, as when memory runs out."""
    mark, function, task = done
    with contextlib.suppress(FileExistsError):
        Path(mark).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
    return function(task)


def test_two_workers_one_of_them_killed_give_the_same_figures(ward: Ward, tmp_path: Path) -> None:
    populate(ward)
    take_out(ward, tmp_path)
    finished: list[int] = []
    with on_dask(None, 2, finished.append) as work, Session(ward.engine) as session:

        def in_danger(function: Any, tasks: Sequence[Any]) -> Iterable[Any]:
            return work(dying, [(str(tmp_path / function.__name__), function, each) for each in tasks])

        panel = spread_panel(session, wish("panel"), tmp_path, in_danger, LATER)
        lines = list(spread_quality(session, wish("quality"), tmp_path, in_danger, LATER))
        assert {path.name for path in tmp_path.glob("*_task")} == {"panel_task", "quality_task"}  # one killed in each
        assert panel.content == spread_panel(session, wish("panel"), tmp_path, map, LATER).content
        assert lines == list(spread_quality(session, wish("quality"), tmp_path, map, LATER))
    assert len(finished) == 2 * len(PEOPLE)  # each zone's part, of both reports


def test_the_commands_say_what_they_did(
    ward: Ward,
    sqlite_database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    populate(ward)
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    folder = str(tmp_path / "kept")
    assert run(["reports", "export", "--parquet", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with Session(ward.engine) as session:
        assert told["readings"] == told["whole"] == session.scalar(select(func.count()).select_from(Reading))
    spread = ["reports", "spread", "--parquet", folder, "--all", "--workers", "0", "--days", "20"]
    until = ["--until", STORED.isoformat(), "--json"]
    assert run([*spread, *until, "--report", "quality"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["patient"] for line in lines} == {*PEOPLE}
    page = tmp_path / "panel.html"
    assert run([*spread, *until, "--report", "panel", "--html", str(page)]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["patients"]["value"] == 3
    assert "<!DOCTYPE html>" in page.read_text()
    assert run([*spread, *until, "--report", "agp"]) == 1
    assert capsys.readouterr().err == "hearthline: only some reports are made from an export: panel, quality\n"
    assert run([*spread, *until, "--report", "quality", "--as-of", "2199-01-01T00:00:00Z"]) == 1
    assert "the export ends at" in capsys.readouterr().err
