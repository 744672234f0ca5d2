"""The oracle of the fault suite notices what it is there for: each planted fault is counted under its own name."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.faults.compare import compare, faults
from tests.support.faults.judge import implied
from tests.support.faults.truth import Element, Truth, digest_of

TABLES = """
CREATE TABLE reading (
    device_id, given_id, patient_id, measure, measured_at, as_sent, systolic, diastolic, glucose, weight);
CREATE TABLE message (id, sha256, elements, stored, duplicate, quarantined, noted);
CREATE TABLE refusal (message_id, device_id, given_id, element, code, state);
CREATE TABLE episode (patient_id, rule, started_at, last_at, ended_at, breaches);
CREATE TABLE flag (patient_id, rule, since, until, status);
"""
BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
LOW, PLAIN = ("50", "low"), ("120", "plain")


def at(number: int) -> datetime:
    return BEGIN + timedelta(minutes=16 * number)


def stored(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S.%f}"


def element(number: int, value: str, judged: str, expect: str = "stored") -> Element:
    said = digest_of("pt-1", "glucose", at(number), {"glucose": (value, "mg/dL")})
    time = at(number).isoformat()
    return Element(f"sha-{number}", 0, "meter-0001", f"r-{number}", time, "pt-1", "glucose", expect, said, judged)


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    """Three readings, of which the first two are low, and one that is refused; each has its receipt."""
    made = Truth(tmp_path / "truth.db")
    elements = [
        element(1, *LOW),
        element(2, *LOW),
        element(3, *PLAIN),
        element(4, *PLAIN, expect="decode.unit_missing"),
    ]
    made.intend(elements)
    for each in elements:
        verdict = ("stored", None) if each.expect == "stored" else ("quarantined", each.expect)
        receipt = {"id": each.id, "measured_at": each.measured_at, "verdict": verdict[0], "code": verdict[1]}
        made.answered(each.device, [receipt])
    return made


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """What a faultless pipeline makes of them."""
    file = tmp_path / "record.db"
    with closing(sqlite3.connect(file)) as made:
        made.executescript(TABLES)
        for number, value in ((1, "50"), (2, "50"), (3, "120")):
            said = json.dumps({"glucose": [value, "mg/dL"]})
            row = (
                "meter-0001",
                f"r-{number}",
                "pt-1",
                "glucose",
                stored(at(number)),
                said,
                None,
                None,
                float(value),
                None,
            )
            made.execute(f"INSERT INTO reading VALUES ({', '.join('?' * 10)})", row)
            made.execute("INSERT INTO message VALUES (?, ?, 1, 1, 0, 0, 0)", (number, f"sha-{number}"))
        made.execute("INSERT INTO message VALUES (4, 'sha-4', 1, 0, 0, 1, 0)")
        made.execute("INSERT INTO refusal VALUES (4, 'meter-0001', 'r-4', 0, 'decode.unit_missing', 'open')")
        span = (stored(at(1)), stored(at(2)))
        made.execute("INSERT INTO episode VALUES ('pt-1', 'GLU-L2', ?, ?, ?, 2)", (*span, stored(at(3))))
        made.execute("INSERT INTO flag VALUES ('pt-1', 'GLU-L2', ?, ?, 'open')", span)
        made.commit()
    return file


COPY = "INSERT INTO reading SELECT {} FROM reading WHERE given_id = 'r-3'"
OTHER = "device_id, 'r-9', patient_id, measure, measured_at, as_sent, systolic, diastolic, glucose, weight"
PLANTED = [
    ("lost", "DELETE FROM reading WHERE given_id = 'r-3'"),
    ("duplicated", COPY.format("*")),
    ("altered", 'UPDATE reading SET as_sent = \'{"glucose": ["121", "mg/dL"]}\' WHERE given_id = \'r-3\''),
    ("altered", "UPDATE reading SET glucose = 121 WHERE given_id = 'r-3'"),
    ("altered", "UPDATE reading SET patient_id = 'pt-2' WHERE given_id = 'r-3'"),
    ("altered", "UPDATE reading SET measured_at = '2026-03-02 07:48:01.000000' WHERE given_id = 'r-3'"),
    ("unexpected", COPY.format(OTHER)),
    ("not_in_quarantine", "DELETE FROM refusal"),
    ("not_in_quarantine", "UPDATE refusal SET code = 'decode.bad_id'"),
    ("unaccounted", "UPDATE message SET stored = 0, duplicate = 1 WHERE id = 3"),
    ("unaccounted", "UPDATE message SET elements = 2 WHERE id = 3"),
    ("flags_missed", "DELETE FROM episode"),
    ("flags_missed", "UPDATE flag SET status = 'withdrawn'"),
    ("flags_spurious", "INSERT INTO episode SELECT 'pt-2', rule, started_at, last_at, ended_at, breaches FROM episode"),
    ("flags_spurious", "INSERT INTO flag SELECT patient_id, 'GLU-XHI', since, until, status FROM flag"),
]


def test_a_faultless_record_has_no_fault(truth: Truth, record: Path) -> None:
    counts = compare(truth.file, f"sqlite:///{record}")
    assert faults(counts) == {}
    assert (counts["sent"], counts["receipted"], counts["stored"], counts["flags_expected"]) == (4, 4, 3, 1)


@pytest.mark.parametrize(("name", "statement"), PLANTED)
def test_a_planted_fault_is_counted_under_its_name(truth: Truth, record: Path, name: str, statement: str) -> None:
    with closing(sqlite3.connect(record)) as tampered:
        tampered.execute(statement)
        tampered.commit()
    assert name in faults(compare(truth.file, f"sqlite:///{record}"))


def test_without_a_receipt_it_is_in_doubt_and_with_a_wrong_one_it_is_wrong(truth: Truth, record: Path) -> None:
    truth.intend([element(5, *PLAIN)])
    time = at(3).isoformat()
    truth.answered(
        "meter-0001", [{"id": "r-3", "measured_at": time, "verdict": "quarantined", "code": "store.conflict"}]
    )
    found = faults(compare(truth.file, f"sqlite:///{record}"))
    assert (found["in_doubt"], found["wrong_verdict"]) == (1, 1)


def test_a_severe_pressure_ends_at_the_second_clear_reading_in_a_row() -> None:
    said = ["severe", "clear", "plain", "severe", "clear", "clear", "severe"]
    episodes = list(implied("pt-1", "blood_pressure", [(at(number), word) for number, word in enumerate(said)]))
    assert [(one.started_at, one.last_at, one.ended_at, one.breaches) for one in episodes] == [
        (at(0), at(3), at(5), 2),
        (at(6), at(6), None, 1),
    ]
