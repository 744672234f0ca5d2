"""The ledger as verify reads it: whole, folded from its journal after a kill, and never empty."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hearthline.errors import USAGE, Failure
from hearthline.verify.ledger import read_ledger
from simulators.journal import Journal
from simulators.ledger import journal_of
from simulators.plan import Taken, Upload
from simulators.waiting import Waiting

AT = datetime(2026, 1, 5, 7, 12, tzinfo=UTC)


def test_a_run_that_was_killed_left_a_journal_which_is_its_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    taken = Taken("p-1", "device-01", "weight", "a-1", "2026-01-05T08:12:00+01:00", AT, {}, {}, (), "stored", ())
    with Journal(journal_of(ledger)) as journal:
        journal.intend([Waiting(0, Upload("device-01", "weight", AT, b"payload", (taken,)))])
    [line] = read_ledger(ledger).lines
    assert (line.key, line.receipted) == (("device-01", "a-1"), False)
    assert ledger.exists()


def test_a_ledger_that_tells_of_nothing_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(Failure, match="tells of no reading") as failure:
        read_ledger(tmp_path / "empty.jsonl")
    assert failure.value.code == USAGE
