"""What is due is made once and delivered whole, whatever was missed, failed or ended in between."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models.tables import ReportSchedule
from reports.errors import ReportError
from reports.schedule import record
from reports.schedule.due import DELIVERED, GIVEN_UP, NOBODY, OVERTAKEN, REMOVED
from reports.schedule.work import PATIENCE, work_once
from tests.support.schedules import MONDAYS, Office, office_at
from tests.support.wards import Ward, taken

pytestmark = pytest.mark.slow  # many reports

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def utc(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=UTC)


@pytest.fixture
def office(ward: Ward, tmp_path: Path) -> Iterator[Office]:
    """Ana in Paris, a Sunday at noon."""
    ward.now = SUNDAY
    ward.admit("ana", "Europe/Paris")
    with office_at(ward, tmp_path) as office:
        yield office


@pytest.fixture
def any_office(any_ward: Ward, tmp_path: Path) -> Iterator[Office]:
    """The same, once on each database."""
    any_ward.now = SUNDAY
    any_ward.admit("ana", "Europe/Paris")
    with office_at(any_ward, tmp_path) as office:
        yield office


def change(office: Office, verb: str, schedule: ReportSchedule) -> None:
    with Session(office.ward.engine) as session, session.begin():
        getattr(record, verb)(session.get_one(ReportSchedule, schedule.id), office.ward.now)


def test_it_is_made_when_it_is_due_and_not_before_and_not_again(any_office: Office) -> None:
    office = any_office
    device = "device-of-ana"
    office.ward.take(device, "blood_pressure", taken("b1", SUNDAY - timedelta(hours=3), systolic=120, diastolic=70))
    office.add(rhythm=MONDAYS)
    office.work(utc("2026-03-02T05:59"))
    assert office.made() == []
    for _ in range(2):
        office.work(utc("2026-03-02T06:10"))
        [made] = office.made()
        assert (made.due_at, made.until) == (utc("2026-03-02T06:00"), utc("2026-03-02T06:00"))
        assert (made.cursor, made.subject, made.delivered_at) == (office.ward.now, "ana", office.ward.now)
        assert office.files() == ["2026-03-02/ana/report.html", "2026-03-02/ana/report.json"]
        assert [(run.outcome, run.made, run.failed) for run in office.runs()] == [(DELIVERED, 1, 0)]
    told = json.loads(next((office.here / "out").rglob("report.json")).read_text())
    assert told == made.body
    assert told["readings"]["used"] == 1


def test_what_was_missed_is_made_up_once(office: Office) -> None:
    office.add()
    office.work(utc("2026-03-09T12:00"))
    assert [made.due_at for made in office.made()] == [utc("2026-03-09T06:00")]
    office.work(utc("2026-03-10T12:00"))
    assert len(office.made()) == 2


def test_everybodys_morning_is_their_own(office: Office) -> None:
    office.ward.admit("bob", "America/New_York")
    office.add()
    office.work(utc("2026-03-02T06:30"))
    assert [(made.subject, made.due_at) for made in office.made()] == [
        ("ana", utc("2026-03-02T06:00")),
        ("bob", utc("2026-03-01T12:00")),
    ][:1]  # fmt: skip  Bob's Sunday morning was when the schedule was made, and is not made up
    office.work(utc("2026-03-02T12:30"))
    assert [(made.subject, made.due_at) for made in office.made()] == [
        ("ana", utc("2026-03-02T06:00")), ("bob", utc("2026-03-02T12:00")),
    ]  # fmt: skip


def test_by_the_clinics_clock_all_are_due_at_once(ward: Ward, tmp_path: Path) -> None:
    ward.now = SUNDAY
    ward.admit("ana", "Europe/Paris")
    ward.admit("bob", "America/New_York")
    with office_at(ward, tmp_path, clinic="America/New_York") as office:
        office.add(zone="clinic")
        office.work(utc("2026-03-02T12:30"))
        assert [(made.subject, made.due_at) for made in office.made()] == [
            ("ana", utc("2026-03-02T12:00")), ("bob", utc("2026-03-02T12:00")),
        ]  # fmt: skip


def test_a_panel_is_one_report_of_all_by_the_clinics_clock(ward: Ward, tmp_path: Path) -> None:
    ward.now = SUNDAY
    ward.admit("ana")
    with office_at(ward, tmp_path, clinic="Europe/Paris") as office:
        office.add(report="panel", zone="clinic")
        office.add(report="panel", zone="clinic", programme="hypertension")
        office.work(utc("2026-03-02T06:30"))
        assert [(made.subject, made.patient_id) for made in office.made()] == [
            ("all", None), ("programme:hypertension", None),
        ]  # fmt: skip
        assert {name.split("/")[1] for name in office.files()} == {"all", "programme-hypertension"}
        with pytest.raises(ReportError, match="use --zone clinic"):
            office.add(report="panel")


def test_a_programme_is_whoever_is_in_it_when_it_is_due(office: Office) -> None:
    office.ward.admit("bob")
    office.add(programme="hypertension", rhythm=MONDAYS)
    office.ask(office.add(programme="heart_failure"))
    office.work(utc("2026-03-01T13:00"))
    assert [run.outcome for run in office.runs()] == [NOBODY]
    office.join("bob")
    office.work(utc("2026-03-02T07:00"))
    assert [made.subject for made in office.made()] == ["bob"]


def test_a_run_that_was_ended_in_the_middle_goes_on_with_what_is_lacking(any_office: Office) -> None:
    office = any_office
    for name in ("bob", "cem", "dee"):
        office.ward.admit(name, "Europe/Paris")
    office.add()
    stop = office.desk.stop
    office.desk = replace(office.desk, tick=lambda _done: stop.set())
    office.work(utc("2026-03-02T06:30"))
    first = {made.id for made in office.made()}
    assert len(first) == 1
    assert (office.files(), [run.made_at for run in office.runs()]) == ([], [None])
    stop.clear()
    office.desk = replace(office.desk, tick=lambda _done: None)
    office.work(minutes=5)
    made = office.made()
    assert [each.subject for each in made] == ["ana", "bob", "cem", "dee"]
    assert first < {each.id for each in made}
    assert len(office.files()) == 8


def test_whoever_lost_the_lease_stores_nothing(any_office: Office) -> None:
    class LostError(Exception):
        pass

    def fence(_connection: Connection) -> None:
        raise LostError

    any_office.add()
    any_office.ward.now = utc("2026-03-02T06:30")
    with pytest.raises(LostError):
        work_once(replace(any_office.desk, fence=fence))
    assert (any_office.runs(), any_office.made()) == ([], [])


def test_a_report_that_cannot_be_made_stops_nobody_and_is_tried_again(office: Office) -> None:
    office.ward.admit("bob", "Europe/Paris")
    office.ward.take("device-of-bob", "glucose", taken("g1", SUNDAY, glucose=120))
    spoil = text('UPDATE reading SET as_sent = \'{"glucose": ["abc", "mg/dL"]}\'')
    mend = text('UPDATE reading SET as_sent = \'{"glucose": ["120", "mg/dL"]}\'')
    with office.ward.engine.begin() as connection:
        connection.execute(spoil)
    office.add(report="agp")
    office.work(utc("2026-03-02T06:30"))
    [run] = office.runs()
    assert ([made.subject for made in office.made()], run.attempts, run.made_at) == (["ana"], 1, None)
    assert run.problem is not None
    assert run.problem.startswith("reports that could not be made: 1")
    office.work(seconds=10)
    assert office.runs()[0].attempts == 1, "not before its time"
    with office.ward.engine.begin() as connection:
        connection.execute(mend)
    office.work(minutes=1)
    assert [(run.outcome, run.made, run.failed, run.problem) for run in office.runs()] == [(DELIVERED, 2, 0, None)]


def test_what_cannot_be_made_at_all_is_given_up_and_the_others_are_delivered(office: Office) -> None:
    office.ward.admit("bob", "Europe/Paris")
    office.ward.take("device-of-bob", "glucose", taken("g1", SUNDAY, glucose=120))
    with office.ward.engine.begin() as connection:
        connection.execute(text('UPDATE reading SET as_sent = \'{"glucose": ["abc", "mg/dL"]}\''))
    office.add(report="agp")
    office.work(utc("2026-03-02T06:30"))
    for _ in range(5):
        office.work(hours=1)
    [run] = office.runs()
    assert (run.outcome, run.made, run.failed) == (DELIVERED, 1, 1)
    assert office.files() == ["2026-03-02/ana/report.html", "2026-03-02/ana/report.json"]


def test_a_folder_that_is_gone_is_waited_for_and_given_up_after_days(office: Office) -> None:
    office.add()
    (office.here / "out").rmdir()
    office.work(utc("2026-03-02T06:30"))
    [run] = office.runs()
    assert (run.attempts, run.problem) == (1, "the folder cannot be written: there is no such folder")
    (office.here / "out").mkdir()
    office.work(minutes=1)
    assert [(run.outcome, run.problem) for run in office.runs()] == [(DELIVERED, None)]
    (office.here / "out").rename(office.here / "away")
    office.work(utc("2026-03-03T06:30"))
    office.work(at=office.ward.now + PATIENCE)
    assert office.runs()[1].outcome == GIVEN_UP


def test_what_is_due_anew_overtakes_what_was_never_made(office: Office) -> None:
    office.add()
    office.desk.stop.set()
    office.work(utc("2026-03-02T06:30"))
    office.desk.stop.clear()
    office.work(utc("2026-03-03T06:30"))
    assert [run.outcome for run in office.runs()] == [OVERTAKEN, DELIVERED]
    assert [made.due_at for made in office.made()] == [utc("2026-03-03T06:00")]


def test_a_paused_schedule_makes_nothing_and_nothing_is_made_up_when_it_is_resumed(office: Office) -> None:
    schedule = office.add()
    change(office, "pause", schedule)
    office.work(utc("2026-03-03T06:30"))
    change(office, "resume", schedule)
    office.work(hours=1)
    assert office.runs() == []
    office.work(utc("2026-03-04T06:30"))
    assert len(office.made()) == 1


def test_a_removed_schedule_makes_nothing_and_its_reports_stay(office: Office) -> None:
    schedule = office.add()
    office.work(utc("2026-03-02T06:30"))
    office.desk.stop.set()
    office.work(utc("2026-03-03T06:30"))
    office.desk.stop.clear()
    change(office, "remove", schedule)
    office.work(utc("2026-03-04T06:30"))
    assert [run.outcome for run in office.runs()] == [DELIVERED, REMOVED]
    assert len(office.made()) == 1
    with pytest.raises(ReportError, match="was removed"):
        change(office, "resume", schedule)


def test_what_a_person_asks_for_is_made_of_everybody_now_and_stays_due(office: Office) -> None:
    office.ward.admit("bob", "America/New_York")
    schedule = office.add(rhythm=MONDAYS)
    change(office, "pause", schedule)
    office.ask(schedule)
    office.work()
    assert [(made.subject, made.due_at) for made in office.made()] == [("ana", SUNDAY), ("bob", SUNDAY)]
    change(office, "resume", schedule)
    office.work(utc("2026-03-02T06:30"))
    assert [made.subject for made in office.made()] == ["ana", "bob", "ana"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"report": "agb"}, "there is no report 'agb'; one of: agp"),
        ({"patient": "zoe"}, "no patient zoe"),
        ({"programme": "golf"}, "no programme 'golf'"),
    ],
)
def test_a_schedule_of_what_there_is_not_is_refused(office: Office, more: dict[str, str], says: str) -> None:
    with pytest.raises(Exception, match=says):
        office.add(**more)
