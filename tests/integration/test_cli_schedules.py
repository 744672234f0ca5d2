"""`reports schedule`, `list`, `show`, `open` and `run --due` as people and programs call them."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from hearthline.__main__ import run
from hearthline.doctor.examine import examine
from hearthline.doctor.finding import Place
from hearthline.settings import DatabaseSettings, MailSettings, ReportsSettings, Settings
from tests.support.mailing import REFUSES, post_office
from tests.support.places import ROOT
from tests.support.wards import Ward, taken

pytestmark = pytest.mark.slow  # many commands

Said = Callable[..., tuple[int, str, str]]
BEFORE = text("UPDATE report_schedule SET active_since = '2026-01-01 00:00:00.000000'")


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str],
    ward: Ward,
    sqlite_database: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Said:
    """Runs `reports …` where Ana is, in an empty folder; answers exit code, stdout, stderr."""
    ward.now = datetime.now(UTC) - timedelta(days=1)
    ward.admit("ana", "Europe/Paris")
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    monkeypatch.chdir(tmp_path)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(["reports", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


def added(said: Said, *more: str) -> dict[str, Any]:
    """Due hours ago and in hours by any clock near, unless told otherwise."""
    at = f"{datetime.now(ZoneInfo('Europe/Paris')) - timedelta(hours=5):%H:%M}"
    wanted = ("schedule", "add", "--report", "home-bp", "--every", "day", "--at", at, *more, "--json")
    code, out, err = said(*wanted)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert isinstance(told, dict)
    return told


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def due_before(ward: Ward) -> None:
    """As if every schedule had been there for long."""
    with ward.engine.begin() as connection:
        connection.execute(BEFORE)


def test_what_is_added_is_listed_with_when_it_is_due_and_goes_to_a_folder_that_is_made(said: Said) -> None:
    told = added(said, "--patient", "ana", "--every", "week", "--on", "Monday", "--at", "07:00", "--to", "folder:out")
    assert (told["report"], told["patient"], told["every"], told["on"]) == ("home-bp", "ana", "week", "monday")
    assert told["to"] == f"folder:{Path.cwd() / 'out'}"
    assert datetime.fromisoformat(told["next_due_at"]) > datetime.now(UTC)
    assert Path("out").is_dir()
    assert lines(said("schedule", "list", "--json")[1]) == [told]
    assert "every week monday 07:00 (patient)" in said("schedule", "list")[1]


def test_run_now_makes_it_and_what_was_made_is_listed_shown_and_opened(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    told = added(said, "--all", "--to", "folder:out")
    assert said("schedule", "run-now", told["id"][-8:]) == (0, "runs 1, reports made 1\n", "")
    [line] = lines(said("list", "--patient", "ana", "--json")[1])
    assert (line["report"], line["subject"], line["schedule"]) == ("home-bp", "ana", told["id"])
    page = Path(line["delivered_to"], "ana", "report.html")
    assert said("open", line["id"][-8:])[1] == f"{page}\n"
    code, out, _ = said("show", line["id"][-8:], "--json", "--html", "copy.html")
    assert (code, json.loads(out)["patient"]) == (0, "ana")
    assert Path("copy.html").read_bytes() == page.read_bytes()
    assert "protocol_systolic" in said("show", line["id"][-8:])[1]
    [schedule] = lines(said("schedule", "list", "--json")[1])
    assert (schedule["last"]["outcome"], schedule["last"]["made"]) == ("delivered", 1)
    assert lines(said("list", "--run", schedule["last"]["id"], "--json")[1]) == [line]


def test_what_was_delivered_and_taken_away_is_opened_from_the_record(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    added(said, "--all", "--to", "folder:out")
    said("schedule", "run-now", lines(said("schedule", "list", "--json")[1])[0]["id"])
    [line] = lines(said("list", "--json")[1])
    delivered = Path(line["delivered_to"], "ana", "report.html")
    before = delivered.read_bytes()
    delivered.unlink()
    page = Path(said("open", line["id"])[1].strip())
    assert page != delivered
    assert (page.read_bytes(), page.stat().st_mode & 0o077, page.parent.stat().st_mode & 0o077) == (before, 0, 0)


def test_run_due_makes_what_is_due_once_and_is_quiet_when_nothing_is(said: Said, ward: Ward) -> None:
    added(said, "--all", "--to", "folder:out")
    due_before(ward)
    code, out, err = said("run", "--due", "--json")
    assert (code, json.loads(out), err) == (0, {"runs": 1, "made": 1, "problems": [], "elsewhere": None}, "")
    assert said("run", "--due") == (0, "runs 0, reports made 0\n", "")


def test_glucose_is_in_the_unit_of_the_settings(said: Said, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ward.take("device-of-ana", "glucose", taken("g1", ward.now, glucose=120))
    monkeypatch.setenv("HEARTHLINE_REPORTS__UNIT", "mmol/L")
    said("schedule", "add", "--report", "agp", "--all", "--on", "monday", "--to", "folder:out")
    said("schedule", "run-now", lines(said("schedule", "list", "--json")[1])[0]["id"])
    [made] = lines(said("list", "--json")[1])
    assert json.loads(said("show", made["id"], "--json")[1])["figures"]["mean"]["unit"] == "mmol/L"
    of_ana = ("run", "--report", "agp", "--patient", "ana", "--json")
    assert json.loads(said(*of_ana)[1])["figures"]["mean"]["unit"] == "mmol/L"
    assert json.loads(said(*of_ana, "--unit", "mg/dL")[1])["figures"]["mean"]["unit"] == "mg/dL"
    monkeypatch.setenv("HEARTHLINE_REPORTS__UNIT", "stone")
    assert said("schedule", "list")[0] == 2


def test_what_cannot_be_delivered_is_told_by_exit_code_and_by_doctor(
    said: Said, ward: Ward, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(REFUSES) as post:
        monkeypatch.setenv("HEARTHLINE_MAIL__URL", f"smtp://127.0.0.1:{post.port}")
        monkeypatch.setenv("HEARTHLINE_MAIL__SENDER", "reports@clinic.example")
        added(said, "--all", "--to", "mail:ward@clinic.example, private")
        due_before(ward)
        says = "the mail server refuses the recipient (550)"
        assert said("run", "--due") == (1, "runs 1, reports made 1\n", f"hearthline: {says}\n")
    settings = Settings(DatabaseSettings(sqlite_database), mail=MailSettings("smtp://127.0.0.1:1", "a@b"))
    found = [each for each in examine(Place(settings, None, datetime.now(UTC))) if each.check == "reports"]
    assert [(each.standing, says in each.says) for each in found] == [("warning", True)]


def test_doctor_says_what_is_overdue_and_what_settings_lack(said: Said, ward: Ward, sqlite_database: str) -> None:
    place = Place(Settings(DatabaseSettings(sqlite_database)), None, datetime.now(UTC))

    def told() -> list[tuple[str, str]]:
        return [(each.standing, each.says) for each in examine(place) if each.check == "reports"]

    assert told() == [("ok", "no schedules")]
    added(said, "--all", "--to", "folder:out")
    assert told() == [("ok", "schedules: 1; nobody ever worked through them")]
    due_before(ward)
    [(standing, says)] = told()
    assert (standing, says.startswith("due and not begun: 1, the oldest since ")) == ("warning", True)
    said("run", "--due")
    assert told()[0][1].startswith("schedules: 1; last sign of work ")
    with ward.engine.begin() as connection:
        connection.execute(text("UPDATE report_schedule SET zone = 'clinic', destination = 'mail:a@b'"))
    assert [says for _, says in told()] == [
        "schedules go by the clock of a clinic without a zone", "reports are to be mailed and no server is named",
    ]  # fmt: skip
    with_both = Settings(
        DatabaseSettings(sqlite_database), reports=ReportsSettings("UTC"), mail=MailSettings("smtp://x", "a@b")
    )
    place = Place(with_both, None, place.now)
    assert [standing for standing, _ in told()] == ["warning"], "by another clock it is due again"


def test_a_schedule_is_paused_resumed_and_removed_by_the_end_of_its_id(said: Said) -> None:
    ending = added(said, "--all", "--to", "folder:out")["id"][-8:]
    assert json.loads(said("schedule", "pause", ending, "--json")[1])["next_due_at"] is None
    assert said("schedule", "pause", ending) == (1, "", "hearthline: the schedule is paused already\n")
    assert json.loads(said("schedule", "resume", ending, "--json")[1])["next_due_at"] is not None
    assert said("schedule", "remove", ending)[0] == 0
    assert said("schedule", "list") == (0, "", "no schedules\n")
    assert said("schedule", "resume", "abcdef")[0] == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--to", "folder:out"), "name one of --patient, --programme and --all"),
        (("--all", "--patient", "ana", "--to", "folder:out"), "name one of --patient, --programme and --all"),
        (("--all", "--to", "out"), "neither folder:PATH nor mail:ADDRESS"),
        (("--all", "--to", "mail:a b@c"), "neither folder:PATH nor mail:ADDRESS"),
        (("--all", "--to", "mail:a@b.c"), "no mail server is named; set mail.url and mail.sender"),
        (("--all", "--to", "folder:out", "--zone", "clinic"), "nobody said in which zone the clinic is"),
        (("--all", "--to", "folder:out", "--zone", "Mars"), "--zone Mars is none of: patient, clinic"),
        (("--all", "--to", "folder:out", "--at", "7"), "--at 7 is no time of day such as 07:00"),
        (("--all", "--to", "folder:out", "--at", "25:00"), "--at 25:00 is no time of day such as 07:00"),
        (("--all", "--to", "folder:out", "--at", "07:00Z"), "--at 07:00Z is no time of day such as 07:00"),
        (("--all", "--to", "folder:out", "--on", "monday"), "--every day has no --on"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(said: Said, more: tuple[str, ...], says: str) -> None:
    code, out, err = said("schedule", "add", "--report", "home-bp", "--every", "day", *more)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_pandas_is_not_imported_before_a_report_is_made(sqlite_database: str) -> None:
    """A worker without work is small."""
    script = (
        "import sys; from hearthline.__main__ import run; run(['reports', 'run', '--due']);"
        " run(['reports', 'schedule', 'list']); sys.exit('pandas' in sys.modules)"
    )
    environment = {"HEARTHLINE_DATABASE__URL": sqlite_database, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "runs 0, reports made 0\n"), done.stderr
