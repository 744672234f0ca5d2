"""Doctor on what the record shows: who runs, who is behind, what failed, what was refused."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hearthline.doctor.arrivals import check_missing, check_payloads, check_resends
from hearthline.doctor.backups import check_backups
from hearthline.doctor.clock import check_clock
from hearthline.doctor.finding import WRONG, Finding, Place, RecordCheck, ago
from hearthline.doctor.plans import check_plans
from hearthline.doctor.processes import check_processes
from hearthline.doctor.record import check_failures, check_refusals
from hearthline.keeping.folder import name_backup
from hearthline.settings import BackupSettings, DatabaseSettings, Settings
from models.engine import open_writer
from models.queue import LookAgain, enqueue
from models.tables import Message, Process, Refusal
from registry.enrolments import join_programme
from registry.limits import set_limits
from registry.patients import enrol_patient
from registry.resend import request_resends
from tests.support.desks import CUFF, desk_at, pressure
from thresholds.types import Amount, Limit

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
Examine = Callable[[RecordCheck], list[Finding]]


@pytest.fixture
def session(sqlite_database: str) -> Iterator[Session]:
    engine = open_writer(sqlite_database)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def wrong(session: Session, sqlite_database: str) -> Examine:
    """What a check finds wrong at NOW."""
    place = Place(Settings(DatabaseSettings(sqlite_database)), None, NOW)
    return lambda check: [finding for finding in check(place, session) if finding.standing in WRONG]


def runs(session: Session, slot: int, *, seen: timedelta, waiting: timedelta | None = None) -> None:
    session.execute(
        insert(Process),
        {
            "kind": "ingest", "slot": slot, "holder": f"pc:{slot}", "started_at": NOW - HOUR * 30,
            "seen_at": NOW - seen, "oldest_waiting": None if waiting is None else NOW - waiting,
        },
    )  # fmt: skip


def came(session: Session, count: int, before: timedelta) -> None:
    row = {
        "topic": "hearthline/v1/up/cuff-0001/weight", "device_id": "cuff-0001", "received_at": NOW - before,
        "stored_at": NOW - before, "sha256": "0" * 64, "size": 2, "elements": 1, "stored": 1, "duplicate": 0,
        "quarantined": 0, "noted": 0, "replay_of": None,
    }  # fmt: skip
    session.execute(insert(Message), [row | {"id": uuid4()} for _ in range(count)])


def refused(session: Session, code: str, count: int) -> None:
    row = {
        "message_id": uuid4(), "element": 0, "device_id": "cuff-0001", "given_id": None, "seq": None, "code": code,
        "pointer": "", "detail": "", "state": "open", "received_at": NOW - HOUR, "resolved_by": None,
    }  # fmt: skip
    session.execute(insert(Refusal), [row | {"id": uuid4()} for _ in range(count)])


def due(session: Session, before: timedelta, attempts: int = 0) -> None:
    enqueue(session, [LookAgain("p-1", "weight", NOW - HOUR, NOW - before, "reading", attempts)])


def test_all_is_well_while_every_worker_is_seen_and_nothing_waits_long(session: Session, wrong: Examine) -> None:
    runs(session, 0, seen=SECOND)
    runs(session, 1, seen=SECOND * 3, waiting=SECOND)
    due(session, SECOND)
    assert wrong(check_processes) == []


def test_ingest_down_for_26_hours_is_one_condition(session: Session, wrong: Examine) -> None:
    came(session, 3, HOUR * 26)
    runs(session, 0, seen=HOUR * 26, waiting=HOUR * 26)
    runs(session, 1, seen=HOUR * 26)
    due(session, HOUR * 25)
    [found] = wrong(check_processes)
    assert (found.check, found.standing) == ("ingest", "dangerous")
    assert found.says == "ingest ended without signing off, last seen 26 h ago; the last message came 26 h ago"
    assert "systemctl start hearthline-ingest" in found.mend


def test_ingest_that_was_stopped_on_purpose_is_not_running_either(session: Session, wrong: Examine) -> None:
    came(session, 1, HOUR * 26)
    assert [found.says for found in wrong(check_processes)] == ["ingest is not running; the last message came 26 h ago"]


def test_the_slot_of_a_dead_worker_is_named(session: Session, wrong: Examine) -> None:
    runs(session, 0, seen=SECOND)
    runs(session, 1, seen=SECOND * 300)
    [found] = wrong(check_processes)
    assert found.says == "the worker of slot 1 (process 1 on pc) was last seen 5 min ago; its messages wait for it"


def test_a_worker_that_does_not_catch_up_and_an_evaluation_that_is_overdue_are_said(
    session: Session, wrong: Examine
) -> None:
    runs(session, 0, seen=SECOND, waiting=SECOND * 600)
    due(session, SECOND * 600)
    due(session, -HOUR)
    assert [(found.check, found.says) for found in wrong(check_processes)] == [
        ("lag", "ingest is behind since 10 min"),
        ("evaluation", "evaluations overdue: 1, the oldest since 10 min"),
    ]


def test_patients_whose_evaluation_fails_are_counted(session: Session, wrong: Examine) -> None:
    assert wrong(check_failures) == []
    due(session, -HOUR, attempts=4)
    assert [found.says for found in wrong(check_failures)] == [
        "patients whose evaluation fails: 1, up to 4 times; they have no new flags"
    ]


def test_refusals_are_a_warning_when_they_are_many_among_a_days_messages(session: Session, wrong: Examine) -> None:
    came(session, 1000, HOUR)
    refused(session, "decode.unit_missing", 10)
    assert wrong(check_refusals) == []
    refused(session, "identify.unassigned", 1)
    [found] = wrong(check_refusals)
    assert found.says == (
        "11 of a day's 1000 messages had readings refused; 11 are open: decode.unit_missing 10, identify.unassigned 1"
    )


def test_a_record_of_three_days_without_a_fresh_backup_is_a_warning(
    session: Session, sqlite_database: str, tmp_path: Path
) -> None:
    settings = Settings(DatabaseSettings(sqlite_database), backup=BackupSettings(str(tmp_path)))
    place = Place(settings, None, NOW)

    def said() -> tuple[str, str]:
        [found] = check_backups(place, session)
        return found.standing, found.says

    assert said() == ("ok", "none is due yet")
    came(session, 1, HOUR * 72)
    assert said() == ("warning", f"there is no backup in {tmp_path}")
    name_backup(tmp_path, NOW - HOUR * 100).touch()
    assert said() == ("warning", f"the last backup is 4 days old in {tmp_path}")
    name_backup(tmp_path, NOW - HOUR * 10).touch()
    assert said() == ("ok", "the last one is 10 h old")


def test_readings_that_never_came_are_a_warning_that_names_the_device(sqlite_database: str) -> None:
    with desk_at(sqlite_database) as desk, Session(desk.engine) as session:
        place = Place(Settings(DatabaseSettings(sqlite_database)), None, desk.now)
        desk.enrol(CUFF, "ana")
        desk.take(*(pressure(f"r-{n}", f"2026-01-05T07:0{n}:00Z", seq=n) for n in (1, 2, 5)))
        [found] = check_missing(place, session)
        assert (found.standing, found.says) == (
            "warning", f"2 readings of 1 devices never came in 30 days: {CUFF} 2",
        )  # fmt: skip
        assert f"hearthline devices show {CUFF}" in found.mend
        session.rollback()
        desk.take(*(pressure(f"r-{n}", f"2026-01-05T07:0{n}:00Z", seq=n) for n in (3, 4)))
        assert [found.standing for found in check_missing(place, session)] == ["ok"]
        assert [found.says for found in check_payloads(place, session)] == [
            "kept since 2026-01; hearthline db purge lets go of old ones"
        ]


def test_devices_that_are_asked_to_send_again_after_a_restore_are_counted(sqlite_database: str) -> None:
    with desk_at(sqlite_database) as desk, Session(desk.engine) as session:
        place = Place(Settings(DatabaseSettings(sqlite_database)), None, desk.now)
        desk.enrol(CUFF, "ana")
        assert list(check_resends(place, session)) == []
        request_resends(session.connection(), since=NOW - HOUR, now=NOW)
        [found] = check_resends(place, session)
        assert (found.standing, found.says) == (
            "ok", "1 devices are asked to send again what they keep, until 2026-01-12",
        )  # fmt: skip


def test_a_limit_that_ends_soon_and_a_programme_that_is_no_more_are_said(session: Session, wrong: Examine) -> None:
    enrol_patient(session, name="Ana", zone="UTC", now=NOW, patient_id="pt-ana")
    row = join_programme(session, "pt-ana", "diabetes", author="Dr. Roy", now=NOW)
    assert wrong(check_plans) == []
    row.programme = "cough"
    amount, begin = Amount("190", "mmHg"), NOW - timedelta(days=80)
    wide = Limit("BP-SEV", "systolic", amount, begin, None, "patient", "Dr. Roy", "provider", "agreed")
    set_limits(session, "pt-ana", [wide], now=begin)
    lost, ending = wrong(check_plans)
    assert "patients in programmes that this installation does not have: 1" in lost.says
    assert "limits of patients that end within 14 days: 1" in ending.says


def test_a_clock_that_went_back_is_noticed_by_what_is_stored_already(session: Session, wrong: Examine) -> None:
    came(session, 1, -HOUR)
    [found] = wrong(check_clock)
    assert found.says == "the newest message came 60 min in the future: the clock went back"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (42, "42 s"),
        (119, "119 s"),
        (420, "7 min"),
        (7199, "119 min"),
        (93_600, "26 h"),
        (1_036_800, "12 days"),
    ],
)
def test_a_span_is_said_in_the_unit_that_people_use(seconds: int, said: str) -> None:
    assert ago(timedelta(seconds=seconds)) == said
