"""Reports of many patients are those of one after the other, read together."""

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from hearthline.__main__ import run
from registry.enrolments import join_programme
from reports.errand import Errand, kinds_for
from reports.many import make_many, make_portion
from reports.run import Wish
from tests.support.wards import Ward, every, taken

pytestmark = pytest.mark.slow
UNTIL = datetime(2026, 11, 19, 18, 30, tzinfo=UTC)
BEGUN = UNTIL - timedelta(days=12)
PEOPLE = {"ana": "America/New_York", "ben": "Asia/Kolkata", "cai": "UTC"}
FORMS = ("json", "html")


def errand(report: str = "all", days: int = 10) -> Errand:
    return Errand(Wish(report, "", days, UNTIL), FORMS, UNTIL + timedelta(days=2))


def url_of(ward: Ward) -> str:
    return ward.engine.url.render_as_string(hide_password=False)


def populate(ward: Ward) -> None:
    """Ana has everything, Ben a cuff, Cai nothing."""
    ward.now = UNTIL
    devices = {name: ward.admit(name, zone, ["condition=heart_failure"]) for name, zone in PEOPLE.items()}
    for number, at in enumerate(every(360, BEGUN, 48)):
        for name in ("ana", "ben"):
            pressure = taken(f"b{number}", at, systolic=120 + number % 7, diastolic=70 + number % 5, pulse=60)
            ward.take(devices[name], "blood_pressure", pressure)
    for number, at in enumerate(every(1440, BEGUN, 12)):
        ward.take(devices["ana"], "weight", taken(f"w{number}", at, weight=80 if number != 8 else 50))
        slept = {"started_at": (at - timedelta(hours=7)).isoformat()}
        ward.take(devices["ana"], "sleep", taken(f"s{number}", at, ahi=4, therapy_time=300) | slept)
        control = taken(f"k{number}", at, glucose=100) | {"context": {"kind": "control_solution"}}
        ward.take(devices["ana"], "glucose", control)
    sensed = {"context": {"specimen": "interstitial"}}
    samples = [taken(f"c{n}", at, glucose=90 + n % 120) | sensed for n, at in enumerate(every(60, BEGUN, 280))]
    ward.take(devices["ana"], "glucose", *samples)


@pytest.fixture
def peopled(any_ward: Ward) -> Ward:
    """Once on each database."""
    populate(any_ward)
    return any_ward


@contextmanager
def counted(engine: type[Engine]) -> Iterator[list[str]]:
    """Statements that read readings with their documents."""
    seen: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "content_digest" in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_read_together_they_are_those_made_one_by_one(peopled: Ward) -> None:
    peopled.now = UNTIL + timedelta(days=2)
    for made in make_portion(url_of(peopled), list(PEOPLE), errand()):
        alone = peopled.report(made.report, made.patient, 10, until=UNTIL)
        assert made.forms["html"].decode() == alone.html(), made.report
        assert (made.digest, made.failed) == (alone.content["readings"]["digest"], "")


def test_each_gets_the_reports_that_suit_what_they_measure(peopled: Ward) -> None:
    found = make_portion(url_of(peopled), ["ben", "ana", "cai"], errand())
    always = [kind.name for kind in kinds_for("all", frozenset())]
    by_patient = {name: [made.report for made in found if made.patient == name] for name in ("ben", "ana", "cai")}
    assert list(dict.fromkeys(made.patient for made in found)) == ["ben", "ana", "cai"]
    assert set(by_patient["ana"]) - set(always) == {"agp", "home-bp", "weight", "sleep"}
    assert set(by_patient["ben"]) - set(always) == {"home-bp"}
    assert by_patient["cai"] == always


def test_readings_are_read_once_a_measure_however_many_patients_and_reports(peopled: Ward) -> None:
    with counted(Engine) as statements:
        make_portion(url_of(peopled), ["cai"], errand())
        of_one = len(statements)
        make_portion(url_of(peopled), list(PEOPLE), errand())
    assert (of_one, len(statements)) == (4, 8)


def test_two_processes_give_the_same_in_the_same_order(ward: Ward) -> None:
    populate(ward)
    names = ["cai", "ana", "ben"]
    alone = list(make_many(url_of(ward), names, errand(), processes=1))
    assert alone[0].patient == "cai"
    assert list(make_many(url_of(ward), names, errand(), portion=1)) == alone


def test_what_fails_for_one_is_named_and_stops_nobody(ward: Ward) -> None:
    populate(ward)
    with ward.engine.begin() as connection:
        connection.execute(text("UPDATE patient SET zone = 'Mars/Olympus' WHERE id = 'ana'"))
    found = make_portion(url_of(ward), ["ana", "nobody", "ben"], errand("home-bp"))
    assert [(each.patient, each.failed) for each in found] == [
        ("ana", "a fault of ours: ZoneInfoNotFoundError"),
        ("nobody", "no patient nobody; see: hearthline patients list"),
        ("ben", ""),
    ]


@pytest.fixture
def command(ward: Ward, sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Ward:
    populate(ward)
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    return ward


def of(report: str, folder: Path, *more: str) -> list[str]:
    until = UNTIL.isoformat()
    return ["reports", "run", "--report", report, "--days", "10", "--until", until, "--folder", str(folder), *more]


def test_a_folder_has_a_whole_file_a_patient_for_its_owner_alone(
    command: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "reports"
    assert run(of("home-bp", folder, "--all", "--json")) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["patient"], line["files"]) for line in lines[:-1]] == [
        (name, [f"{name}.home-bp.html", f"{name}.home-bp.json"]) for name in sorted(PEOPLE)
    ]
    assert lines[-1] == {"folder": str(folder), "patients": 3, "reports": 3, "failed": 0}
    assert {path.name for path in folder.iterdir()} == {name for line in lines[:-1] for name in line["files"]}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert json.loads((folder / "ana.home-bp.json").read_text())["patient"] == "ana"


def test_a_programme_is_whoever_is_in_it_then(
    command: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Session(command.engine) as session, session.begin():
        for name, begun in (("ben", BEGUN), ("cai", UNTIL + timedelta(days=1))):
            join_programme(session, name, "hypertension", author="test", now=UNTIL, from_at=begun)
    assert run(of("home-bp", tmp_path / "some", "--programme", "hypertension", "--forms", "json")) == 0
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["ben.home-bp.json"]
    assert capsys.readouterr().out == f"1 reports of 1 patients in {tmp_path / 'some'}\n"


def test_who_has_no_report_is_named_at_the_end_and_the_command_fails(
    command: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with command.engine.begin() as connection:
        connection.execute(text("UPDATE patient SET zone = 'Mars/Olympus' WHERE id = 'ana'"))
    assert run(of("quality", tmp_path / "most", "--all")) == 1
    assert {path.name.partition(".")[0] for path in (tmp_path / "most").iterdir()} == {"ben", "cai"}
    assert capsys.readouterr().err.splitlines() == [
        "hearthline: ana: quality: a fault of ours: ZoneInfoNotFoundError",
        "hearthline: 1 reports could not be made; the others are complete; see above",
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "say of whom; one of --patient ID, --programme NAME and --all"),
        (("--all", "--forms", "html,docx"), "a report has no form 'docx'; some of: json, html, pdf"),
        (("--programme", "golf"), "there is no programme 'golf'"),
        (("--all", "--days", "0"), "a report is of 1 to 36525 days"),
    ],
)
def test_what_cannot_be_done_for_many_is_one_line(
    command: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    assert run(of("home-bp", tmp_path / "none", *more)) in (1, 2)
    captured = capsys.readouterr()
    assert captured.err.startswith(f"hearthline: {words}")
    assert captured.err.count("\n") == 1
    assert not list(tmp_path.glob("none/*"))
