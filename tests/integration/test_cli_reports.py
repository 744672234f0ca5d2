"""`reports run` as people and programs call it."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from hearthline.__main__ import run
from reports.table import KINDS
from tests.support.places import ROOT
from tests.support.wards import Ward, taken

pytestmark = pytest.mark.slow  # each report of each kind of person
AT = datetime(2026, 3, 2, 7, tzinfo=UTC)
UNTIL = "2026-03-09T00:00:00Z"
Said = Callable[..., tuple[int, str, str]]


def one_of_each(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(device, "weight", taken("w1", AT, weight=80.0), taken("w2", AT, weight=900.0))
    ward.take(device, "blood_pressure", taken("b1", AT, systolic=120, diastolic=70))
    ward.take(device, "glucose", taken("g1", AT, glucose=120))
    slept = {"started_at": (AT - timedelta(hours=7)).isoformat()}
    ward.take(device, "sleep", taken("s1", AT, ahi=4, therapy_time=300) | slept)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], ward: Ward, sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs `reports run` on Ana's readings, one of each kind; answers exit code, stdout, stderr."""
    one_of_each(ward)
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(["reports", "run", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


def of(report: str, *more: str, patient: str = "ana") -> tuple[str, ...]:
    return ("--report", report, *whom(report, patient), "--days", "7", "--until", UNTIL, *more)


def whom(report: str, patient: str) -> tuple[str, ...]:
    """A report of many is of all: of Ana, or of a programme in which nobody is."""
    if report in KINDS and KINDS[report].many:
        return ("--all",) if patient == "ana" else ("--programme", "hypertension")
    return ("--patient", patient)


def numbers(told: object) -> list[Any]:
    """Every value of the report, however deep."""
    if isinstance(told, dict):
        return [each for value in told.values() for each in numbers(value)]
    return [each for value in told for each in numbers(value)] if isinstance(told, list) else [told]


def assert_printed(file: Path, told: dict[str, Any]) -> None:
    """A tagged PDF with the page's title and wording."""
    reader = PdfReader(file)
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert told["wording"] in text
    assert reader.metadata is not None
    assert reader.metadata.title == f"{KINDS[told['report']].title}: {told['name']}"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == BooleanObject(True)


@pytest.mark.parametrize("report", KINDS)
def test_every_report_is_one_json_object_on_the_last_line_and_a_page(said: Said, tmp_path: Path, report: str) -> None:
    files = "--html", str(tmp_path / "page.html"), "--pdf", str(tmp_path / "page.pdf")
    code, out, err = said(*of(report, "--json", *files))
    assert (code, err) == (0, "")
    told = json.loads(out.splitlines()[-1])
    subject = told["subject"] if KINDS[report].many else told["patient"]
    assert (told["report"], subject, told["readings"]["used"] > 0) == (
        report,
        "all" if KINDS[report].many else "ana",
        True,
    )
    assert {frozenset(line) - {"why"} for line in told["figures"].values()} == {
        frozenset({"value", "unit", "n", "since", "until", "sufficient"})
    }
    assert all(line["sufficient"] or line["why"] for line in told["figures"].values())
    assert not [each for each in numbers(told) if each != each]
    page = (tmp_path / "page.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert told["wording"] in page
    assert_printed(tmp_path / "page.pdf", told)


@pytest.mark.parametrize("report", KINDS)
def test_every_report_of_somebody_without_readings_says_so(said: Said, ward: Ward, tmp_path: Path, report: str) -> None:
    ward.admit("ben")
    files = "--html", str(tmp_path / "page.html"), "--pdf", str(tmp_path / "page.pdf")
    code, out, _ = said(*of(report, "--json", *files, patient="ben"))
    told = json.loads(out)
    assert (code, told["sufficient"], told["readings"]["used"]) == (0, False, 0)
    assert "nan" not in (tmp_path / "page.html").read_text().lower()
    assert_printed(tmp_path / "page.pdf", told)


@pytest.mark.parametrize("report", KINDS)
def test_ten_years_ahead_of_every_reading_is_a_report_too(said: Said, report: str) -> None:
    code, out, _ = said(
        "--report", report, *whom(report, "ana"), "--days", "1", "--until", "2036-01-01T00:00:00Z", "--json"
    )
    assert (code, json.loads(out)["readings"]["used"]) == (0, 0)


def test_a_person_gets_a_table_and_reasons_instead_of_insufficient_figures(said: Said) -> None:
    code, out, _ = said(*of("home-bp"))
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("protocol_systolic "))
    assert "0 readings on 0 days, and 12 on 3 are needed" in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            of("moods"),
            "there is no report 'moods'; one of: agp, home-bp, weight, sleep, patient, panel, device-days, quality",
        ),
        (of("agp", patient="nobody"), "no patient nobody; see: hearthline patients list"),
        (of("agp", "--days", "0"), "a report is of 1 to 36525 days"),
        (of("panel", "--days", "1000000000"), "a report is of 1 to 36525 days"),
        (
            of("panel", "--programme", "x", patient="ben"),
            "there is no programme 'x'; known: diabetes, heart_failure, "
            "hypertension, hypertension_in_pregnancy, post_discharge_30, sleep_apnoea",
        ),
        (of("agp", "--unit", "stones"), "glucose has no unit 'stones'; one of: mg/dL, mmol/L"),
        (of("agp", "--csv", "x.csv"), "the report agp has no CSV; leave out --csv, or use --html"),
        (of("agp", "--html", "/no/such/folder/x.html"), "there is no /no/such/folder/x.html; check the name"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(said: Said, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = said(*arguments)
    assert (code, out, err) == (1, "", f"hearthline: {words}\n")


def test_both_databases_give_the_same_figures(any_ward: Ward) -> None:
    one_of_each(any_ward)
    until = datetime.fromisoformat(UNTIL)
    figures = {
        kind: any_ward.told(kind, "all" if KINDS[kind].many else "ana", 7, until=until)["figures"] for kind in KINDS
    }
    names = ("agp", "mean"), ("home-bp", "systolic_mean"), ("weight", "newest"), ("sleep", "therapy_hours_mean")
    assert [figures[kind][name]["value"] for kind, name in names] == [120, 120, 80, 5]
    assert (figures["device-days"]["device_days"]["value"], figures["quality"]["refused"]["value"]) == (0, 0)


def test_a_page_is_for_its_owner_alone_and_replaces_the_one_before(said: Said, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("before")
    said(*of("weight", "--html", str(page)))
    assert "before" not in page.read_text()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".page*")) == []


def test_rows_of_device_days_are_a_file_for_spreadsheets(said: Said, tmp_path: Path) -> None:
    code, _, _ = said(*of("device-days", "--csv", str(tmp_path / "days.csv")))
    first, row = (tmp_path / "days.csv").read_text().splitlines()
    assert code == 0
    assert first.startswith("patient,date,window,counts")
    assert row.startswith("ana,2026-03-02,,no,4,")  # it arrived half a year later


def test_as_of_takes_the_cursor_that_a_report_names(said: Said) -> None:
    _, out, _ = said(*of("weight", "--json"))
    before = json.loads(out)
    _, out, _ = said(*of("weight", "--json", "--as-of", before["cursor"]))
    assert json.loads(out) == before | {"made_at": json.loads(out)["made_at"]}


@pytest.mark.parametrize(("module", "what"), [("pandas", "reports"), ("typst", "reports as PDF")])
def test_without_a_part_a_person_is_told_what_to_install(
    said: Said, sqlite_database: str, tmp_path: Path, module: str, what: str
) -> None:
    missing = f"raise ModuleNotFoundError(\"No module named '{module}'\", name='{module}')\n"
    (tmp_path / f"{module}.py").write_text(missing)
    told = subprocess.run(
        [sys.executable, "-m", "hearthline", "reports", "run", *of("weight", "--pdf", "weight.pdf")],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "HEARTHLINE_DATABASE__URL": sqlite_database},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    said_so = f"hearthline: {what} need {module}, which is not installed; run: pip install 'hearthline[reports]'\n"
    assert told.stderr == said_so


def test_a_panel_is_one_report_in_a_folder_too(said: Said, tmp_path: Path) -> None:
    code, out, _ = said("--report", "panel", "--all", "--until", UNTIL, "--folder", str(tmp_path / "out"), "--json")
    assert (code, json.loads(out.splitlines()[-1])["reports"]) == (0, 1)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["all.panel.html", "all.panel.json"]


@pytest.mark.parametrize("whom", [(), ("--patient", "ana"), ("--all", "--programme", "diabetes")])
def test_a_panel_is_of_a_programme_or_of_all(said: Said, whom: tuple[str, ...]) -> None:
    code, _, err = said("--report", "panel", *whom)
    assert (code, err) == (2, "hearthline: say of whom; panel is of many patients: one of --programme NAME and --all\n")
