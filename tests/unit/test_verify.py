"""`verify` finds every way in which a database can differ from its ledger: each test breaks one thing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from hearthline.errors import Failure
from hearthline.verify.ledger import parse_ledger
from hearthline.verify.verdict import Verdict, verify
from models.engine import open_writer
from models.tables import Base, Episode, Flag, Message, Reading, Refusal

T0 = datetime(2026, 1, 5, 12, 12, tzinfo=UTC)
SENT = "2026-01-05T07:12:00-05:00"
ZEROS = {"lost": 0, "duplicated": 0, "altered": 0, "unexpected": 0, "in_doubt": 0, "refused_wrong": 0}

PRESSURE: dict[str, Any] = {
    "patient": "pt-ann", "device": "cuff-0001", "measure": "blood_pressure", "id": "a-1", "measured_at": SENT,
    "values": {"systolic": {"value": 184, "unit": "mmHg"}, "diastolic": {"value": 12.4, "unit": "kPa"}},
    "context": {"posture": "sitting"}, "truth": ["hypertensive_crisis"], "expect": "stored",
    "expect_flags": ["BP-SEV"], "payload_sha256": "11" * 32, "published": ["2026-01-05T12:12:01+00:00"],
    "receipt": {"at": "2026-01-05T12:12:02+00:00", "verdict": "stored"},
}  # fmt: skip
LOW: dict[str, Any] = PRESSURE | {
    "device": "meter-001", "measure": "glucose", "id": "b-1", "values": {"glucose": {"value": "LO", "unit": "mmol/L"}},
    "context": {}, "expect_flags": [], "payload_sha256": "22" * 32,
}  # fmt: skip
UNITLESS: dict[str, Any] = LOW | {
    "id": "b-2", "values": {"glucose": {"value": 5.4}}, "expect": "decode.unit_missing", "payload_sha256": "33" * 32,
}  # fmt: skip
GARBAGE: dict[str, Any] = LOW | {
    "id": None, "measured_at": None, "values": {}, "expect": "decode.not_json", "payload_sha256": "44" * 32,
}  # fmt: skip
SILENCE: dict[str, Any] = {
    "patient": "pt-ann", "measure": "weight", "from": "2026-01-01T07:00:00+00:00", "to": None,
    "flagged_at": "2026-01-03T07:00:00+00:00", "expect_flags": ["NODATA-WT"], "truth": ["silence"],
}  # fmt: skip
LEDGER = (PRESSURE, LOW, UNITLESS, GARBAGE, SILENCE)

READING: dict[str, Any] = {
    "message_id": uuid4(), "device_id": "cuff-0001", "slot": None, "patient_id": "pt-ann", "assignment_id": uuid4(),
    "measure": "blood_pressure", "stream": "blood_pressure", "given_id": "a-1", "seq": None, "started_at": None,
    "measured_at": T0, "utc_offset": -300, "device_time": SENT, "time_source": "device", "time_quality": "good",
    "received_at": T0, "stored_at": T0, "quality": [], "comparator": None, "context": {"posture": "sitting"},
    "as_sent": {"systolic": ["184", "mmHg"], "diastolic": ["12.4", "kPa"]}, "content_digest": "0" * 64,
    "systolic": 184.0, "diastolic": 93.0076353992, "glucose": None,
}  # fmt: skip
LOW_READING: dict[str, Any] = READING | {
    "device_id": "meter-001", "measure": "glucose", "stream": "glucose", "given_id": "b-1", "comparator": "<",
    "context": {"specimen": "capillary"}, "as_sent": {"glucose": ["LO", "mmol/L"]}, "glucose": 20.0,
    "systolic": None, "diastolic": None,
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "topic": "hearthline/v1/up/meter-001/glucose", "device_id": "meter-001", "received_at": T0, "stored_at": T0,
    "size": 9, "elements": 1, "stored": 0, "duplicate": 0, "quarantined": 1, "noted": 0, "replay_of": None,
}  # fmt: skip
REFUSAL: dict[str, Any] = {
    "element": 0, "device_id": "meter-001", "pointer": "", "detail": "", "state": "open", "received_at": T0,
    "resolved_by": None,
}  # fmt: skip
EPISODE: dict[str, Any] = {
    "patient_id": "pt-ann", "measure": "blood_pressure", "rule": "BP-SEV", "severity": "CRIT", "state": "ended",
    "started_at": T0, "last_at": T0, "ended_at": T0 + timedelta(hours=1), "breaches": 1, "evidence": {},
}  # fmt: skip
FLAG: dict[str, Any] = {
    "patient_id": "pt-ann", "measure": "blood_pressure", "rule": "BP-SEV", "severity": "CRIT", "status": "open",
    "since": T0, "until": T0 + timedelta(hours=1), "raised_at": T0, "changed_at": T0, "episodes": 1, "breaches": 1,
    "late": False, "ended": True, "awaiting_confirmation": False, "not_confirmed": False, "evidence": {}, "history": [],
}  # fmt: skip
QUIET = datetime(2026, 1, 3, 7, tzinfo=UTC)
QUIET_EPISODE = EPISODE | {"rule": "NODATA-WT", "measure": "weight", "started_at": QUIET, "ended_at": None}
QUIET_FLAG = FLAG | {"rule": "NODATA-WT", "measure": "weight", "since": QUIET, "until": QUIET}


def add(session: Session, table: type[Base], row: dict[str, Any], **changes: Any) -> None:
    session.execute(insert(table), [{"id": uuid4()} | row | changes])


def add_refusal(session: Session, sha256: str, given_id: str | None, code: str) -> None:
    message = uuid4()
    add(session, Message, MESSAGE, id=message, sha256=sha256)
    add(session, Refusal, REFUSAL, message_id=message, given_id=given_id, code=code)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """Holds exactly what `LEDGER` says."""
    engine = open_writer(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        add(session, Reading, READING)
        add(session, Reading, LOW_READING)
        add_refusal(session, "33" * 32, "b-2", "decode.unit_missing")
        add_refusal(session, "44" * 32, None, "decode.not_json")
        for episode, flag in ((EPISODE, FLAG), (QUIET_EPISODE, QUIET_FLAG)):
            add(session, Episode, episode)
            add(session, Flag, flag)
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    with Session(database) as opened:
        yield opened


def judge(session: Session, *lines: dict[str, Any]) -> Verdict:
    return verify(session, parse_ledger(json.dumps(line) for line in lines or LEDGER))


def kinds(verdict: Verdict) -> list[str]:
    return sorted(problem.kind for problem in verdict.problems)


def test_a_database_that_holds_what_the_ledger_says_is_exact(session: Session) -> None:
    verdict = judge(session)
    assert verdict.problems == ()
    assert verdict.as_json() == {"taken": 4, "stored": 2, **ZEROS, "flags": {"expected": 2, "missed": 0, "spurious": 0}}


def test_a_receipted_reading_without_a_row_is_lost(session: Session) -> None:
    session.execute(delete(Reading).where(Reading.given_id == "b-1"))
    assert kinds(judge(session)) == ["lost"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"systolic": 184.1}, "systolic"),
        ({"systolic": None}, "systolic"),
        ({"pulse": 70.0}, "pulse"),
        ({"diastolic": 93.0076354}, "diastolic"),
        ({"as_sent": {"systolic": ["185", "mmHg"], "diastolic": ["12.4", "kPa"]}}, "as_sent.systolic"),
        ({"as_sent": {"systolic": ["184", "mmHg"], "diastolic": ["12.4", "mmHg"]}}, "as_sent.diastolic"),
        ({"as_sent": {"systolic": ["184", "mmHg"]}}, "as_sent.diastolic"),
        ({"patient_id": "pt-bob"}, "patient"),
        ({"measured_at": T0 + timedelta(microseconds=1)}, "measured_at"),
        ({"utc_offset": 0}, "utc_offset"),
        ({"device_time": "2026-01-05T12:12:00Z"}, "device_time"),
        ({"context": {"posture": "lying"}}, "context"),
        ({"comparator": ">"}, "comparator"),
    ],
)
def test_a_reading_that_differs_in_one_thing_is_altered(session: Session, changes: dict[str, Any], field: str) -> None:
    session.execute(update(Reading).where(Reading.given_id == "a-1").values(**changes))
    verdict = judge(session)
    assert kinds(verdict) == ["altered"]
    assert verdict.problems[0].what.endswith(field)


def test_lo_stands_for_the_lowest_the_specimen_is_measured_at(session: Session) -> None:
    session.execute(update(Reading).where(Reading.given_id == "b-1").values(glucose=40.0))
    assert [problem.what.rpartition(" ")[2] for problem in judge(session).problems] == ["glucose"]


def test_the_same_value_written_with_another_number_of_zeros_is_the_same(session: Session) -> None:
    sent = {"systolic": ["184.0", "mmHg"], "diastolic": ["12.40", "kPa"]}
    session.execute(update(Reading).where(Reading.given_id == "a-1").values(as_sent=sent))
    assert judge(session).exact


def test_two_rows_for_one_reading_are_a_duplicate(database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_reading_device_id_given_id")  # or no second row could be there
    with Session(database) as session:
        add(session, Reading, READING)
        assert kinds(judge(session)) == ["duplicated"]


@pytest.mark.parametrize("changes", [{}, {"device_id": "cuff-9999"}, {"patient_id": "pt-bob"}, {"given_id": None}])
def test_a_row_of_the_ledgers_device_or_patient_that_nobody_took_is_unexpected(
    session: Session, changes: dict[str, Any]
) -> None:
    add(session, Reading, READING, **({"given_id": "a-2"} | changes))
    assert kinds(judge(session)) == ["unexpected"]


def test_rows_of_others_are_nobodys_business(session: Session) -> None:
    add(session, Reading, READING, device_id="cuff-9999", patient_id="pt-bob")
    add(session, Episode, EPISODE, patient_id="pt-bob")
    add(session, Flag, FLAG, patient_id="pt-bob")
    assert judge(session).exact


@pytest.mark.parametrize("there", [True, False])
def test_a_reading_without_receipt_is_in_doubt_whether_it_arrived_or_not(session: Session, there: bool) -> None:
    if not there:
        session.execute(delete(Reading).where(Reading.given_id == "b-1"))
    verdict = judge(session, PRESSURE, LOW | {"receipt": None}, UNITLESS, GARBAGE, SILENCE)
    assert kinds(verdict) == ["in_doubt"]
    assert verdict.as_json()["stored"] == 1


@pytest.mark.parametrize(("given_id", "sha256"), [("b-2", "33" * 32), (None, "44" * 32)])
def test_a_refusal_with_another_code_than_expected_is_wrong(
    session: Session, given_id: str | None, sha256: str
) -> None:
    session.execute(
        update(Refusal).where(Refusal.given_id.is_not_distinct_from(given_id)).values(code="decode.bad_time")
    )
    assert kinds(judge(session)) == ["refused_wrong"]


def test_a_message_that_should_have_been_refused_and_was_not_is_wrong(session: Session) -> None:
    session.execute(delete(Refusal).where(Refusal.given_id.is_(None)))
    assert kinds(judge(session)) == ["refused_wrong"]


def test_a_reading_that_is_stored_though_it_should_have_been_refused_is_wrong(session: Session) -> None:
    add(session, Reading, LOW_READING, given_id="b-2")
    assert kinds(judge(session)) == ["refused_wrong"]


def test_a_refusal_that_nothing_explains_is_wrong(session: Session) -> None:
    add_refusal(session, "55" * 32, "b-9", "store.conflict")
    assert kinds(judge(session)) == ["refused_wrong"]


def test_a_refused_message_may_have_been_refused_more_than_once(session: Session) -> None:
    add_refusal(session, "33" * 32, "b-2", "decode.unit_missing")
    assert judge(session).exact


def test_an_expected_episode_without_a_row_is_missed_and_its_flag_idle_only_elsewhere(session: Session) -> None:
    session.execute(delete(Episode).where(Episode.rule == "BP-SEV"))
    assert kinds(judge(session)) == ["missed"]


def test_an_expected_episode_that_no_flag_covers_is_missed(session: Session) -> None:
    session.execute(delete(Flag).where(Flag.rule == "NODATA-WT"))
    assert kinds(judge(session)) == ["missed"]


def test_a_withdrawn_flag_covers_nothing(session: Session) -> None:
    session.execute(update(Flag).where(Flag.rule == "BP-SEV").values(status="withdrawn"))
    assert kinds(judge(session)) == ["missed"]


def test_an_episode_that_starts_a_moment_beside_the_expected_is_missed_and_spurious(session: Session) -> None:
    late = T0 + timedelta(minutes=1)
    session.execute(update(Episode).where(Episode.rule == "BP-SEV").values(started_at=late))
    assert kinds(judge(session)) == ["missed", "spurious"]


def test_a_flag_that_covers_nothing_expected_is_spurious(session: Session) -> None:
    add(session, Flag, FLAG, status="resolved", since=T0 + timedelta(days=1), until=T0 + timedelta(days=2))
    assert kinds(judge(session)) == ["spurious"]


def test_a_withdrawn_flag_is_not_spurious(session: Session) -> None:
    add(session, Flag, FLAG, status="withdrawn", since=T0 + timedelta(days=1), until=T0 + timedelta(days=2))
    assert judge(session).exact


def test_an_episode_without_flag_that_nothing_causes_is_spurious(session: Session) -> None:
    add(session, Episode, EPISODE, rule="GLU-L2")
    assert kinds(judge(session)) == ["spurious"]


def test_one_flag_may_cover_two_episodes(session: Session) -> None:
    again = T0 + timedelta(minutes=30)
    add(session, Episode, EPISODE, started_at=again)
    add(session, Reading, READING, given_id="a-2", measured_at=again, device_time="2026-01-05T07:42:00-05:00")
    second = PRESSURE | {"id": "a-2", "measured_at": "2026-01-05T07:42:00-05:00"}
    assert judge(session, *LEDGER, second).exact


def test_a_line_that_is_none_is_named_and_nothing_is_judged() -> None:
    with pytest.raises(Failure, match="line 2 is not a line of a ledger"):
        parse_ledger([json.dumps(PRESSURE), '{"patient": "pt-ann"'])
