"""The journal a run leaves behind becomes the ledger of the contract, also when the run was killed."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from device.receipts import Receipt
from simulators.journal import Journal
from simulators.ledger import fold, journal_of
from simulators.plan import Silence, Taken, Upload
from simulators.waiting import Waiting

AT = datetime(2026, 1, 5, 7, 12, tzinfo=UTC)
VALUES = MappingProxyType({"glucose": MappingProxyType({"value": Decimal("5.40"), "unit": "mmol/L"})})
NAMES = ["patient", "device", "measure", "id", "measured_at", "at", "values", "context", "truth", "expect"]
LATER_NAMES = ["expect_flags", "payload_sha256", "element", "published", "receipt"]


def entry(number: int, readings: int = 1) -> Waiting:
    taken = tuple(
        Taken(
            "p-1", "device-01", "glucose", f"{number}-{n}", "2026-01-05T08:12:00+01:00", AT, VALUES,
            {"specimen": "capillary"}, ("hypoglycaemia_level_1",), "stored", ("GLU-L1",),
        )
        for n in range(readings)
    )  # fmt: skip
    return Waiting(number, Upload("device-01", "glucose", AT, f"payload {number}".encode(), taken))


def answer(number: int, element: int, verdict: str = "stored") -> Receipt:
    return Receipt(verdict, False, id=f"{number}-{element}", measured_at="2026-01-05T08:12:00+01:00")


def lines(ledger: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "deeper" / "ledger.jsonl"


def test_a_line_says_what_was_taken_sent_and_answered(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0)])
        journal.published(entry(0), AT + timedelta(seconds=1))
        journal.published(entry(0), AT + timedelta(seconds=2))
        journal.answered(entry(0), 0, answer(0, 0), AT + timedelta(seconds=3))
    fold(journal_of(ledger))
    (line,) = lines(ledger)
    assert list(line) == NAMES + LATER_NAMES
    assert line["payload_sha256"] == hashlib.sha256(b"payload 0").hexdigest()
    assert line["published"] == ["2026-01-05T07:12:01Z", "2026-01-05T07:12:02Z"]
    assert line["receipt"] == {"at": "2026-01-05T07:12:03Z", "verdict": "stored", "code": None}
    assert (line["truth"], line["expect"], line["expect_flags"]) == (["hypoglycaemia_level_1"], "stored", ["GLU-L1"])


def test_digits_stand_in_the_ledger_as_they_were_sent(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0)])
    assert '"value":5.40,' in fold(journal_of(ledger)).read_text()


def test_readings_of_one_array_have_receipts_of_their_own(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0, readings=3)])
        journal.answered(entry(0), 2, answer(0, 2), AT)
    fold(journal_of(ledger))
    assert [(line["element"], line["receipt"] is None) for line in lines(ledger)] == [(0, True), (1, True), (2, False)]


def test_the_first_final_receipt_counts(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0)])
        journal.answered(entry(0), 0, answer(0, 0, "stored"), AT)
        journal.answered(entry(0), 0, answer(0, 0, "duplicate"), AT)
    fold(journal_of(ledger))
    assert lines(ledger)[0]["receipt"]["verdict"] == "stored"


def test_a_silence_is_a_line_of_its_own(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.silent([Silence("p-1", "weight", AT, None, AT + timedelta(days=2), ("NODATA-WT",))])
    fold(journal_of(ledger))
    assert lines(ledger) == [
        {
            "patient": "p-1", "measure": "weight", "from": "2026-01-05T07:12:00Z", "to": None,
            "flagged_at": "2026-01-07T07:12:00Z", "expect_flags": ["NODATA-WT"],
        }
    ]  # fmt: skip


def test_an_intent_is_on_disk_before_the_journal_is_closed(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0), entry(1)])
        assert len(journal_of(ledger).read_bytes().splitlines()) == 2


def test_a_line_cut_short_by_a_kill_is_left_out(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0)])
        journal.answered(entry(0), 0, answer(0, 0), AT)
    journal_of(ledger).write_bytes(journal_of(ledger).read_bytes()[:-7])
    fold(journal_of(ledger))
    assert [line["receipt"] for line in lines(ledger)] == [None]


def test_folding_replaces_an_older_ledger_and_leaves_nothing_else(ledger: Path) -> None:
    with Journal(journal_of(ledger)) as journal:
        journal.intend([entry(0)])
    ledger.write_text("of an older run\n")
    assert fold(journal_of(ledger)) == ledger
    assert [path.name for path in ledger.parent.iterdir()] == ["ledger.jsonl"]
    assert len(lines(ledger)) == 1


def test_a_journal_nowhere_takes_everything(tmp_path: Path) -> None:
    with Journal(None) as journal:
        journal.intend([entry(0)])
        journal.flush()
    assert list(tmp_path.iterdir()) == []
