"""Rows of the fault matrix that are one sentence: this is done to the real processes under load, and all is exact.

The load, the list of what was sent and the comparison are the soak's: nothing of the write path is asked.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.faults.proving import long, proving
from tests.support.faults.stage import Plan

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Row:
    """`faults` of the table, one after the other, each for `seconds` (`longer` when the stated durations are asked
    for); `rate` readings/s meanwhile."""

    id: str
    injected: str
    database: str
    faults: tuple[str, ...]
    seconds: float = 0.7
    longer: float = 5.0
    rate: float = 60.0


ROWS = (
    Row("T1", "ingest killed (SIGKILL) at random moments", "sqlite", ("ingest killed",) * 3),
    Row("T1", "ingest killed (SIGKILL) at random moments", "postgres", ("ingest killed",) * 3),
    Row("T2", "broker killed and started again", "postgres", ("broker killed",) * 4),
    Row("T3", "line between broker and ingest: nothing passes, one way or both; then cut", "sqlite",
        ("ingest's line held", "ingest's line held one way", "ingest's line cut"), 3.0, 60.0),
    Row("T5", "devices on a line with 300 ms, 5 % loss, 16 kbit/s", "sqlite",
        ("devices' line slow",) * 2, 4.0, 60.0, rate=4),
    Row("T7", "a backlog, newest first", "postgres", ("a backlog, newest first",) * 3, 2.0, 30.0),
    Row("T10", "broker killed, everything it kept lost", "postgres", ("broker killed, its state lost",) * 3),
    Row("T18", "nine receipts in ten lost", "sqlite", ("receipts lost",) * 2, 2.5, 30.0),
    Row("D1", "database stopped, crashed, killed; its lines cut", "postgres",
        ("database stopped", "database crashed", "database killed", "database's line cut"), 2.0, 60.0),
    Row("D1", "connections cut under load: the outcome of commits unknown", "postgres",
        ("database's connections cut",) * 8, 0.1),
    Row("D4", "disk full", "sqlite", ("disk full",) * 2, 2.0, 30.0),
    Row("D4", "disk full", "postgres", ("disk full",) * 2, 2.0, 30.0),
    Row("D5", "deadlock, locked table, sessions ended, no connection left", "postgres",
        ("deadlock", "readings locked", "database sessions ended", "no connection left"), 1.0),
    Row("D5", "another writer for seconds", "sqlite", ("another writer",) * 2),
    Row("P4", "SIGTERM under load: ends with 0 within its grace time", "postgres", ("ingest asked to stop",) * 3),
    Row("P5", "ingest stands still (SIGSTOP) and goes on", "sqlite", ("ingest stands still",) * 2, 3.0, 600.0),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id}-{row.database}-{row.faults[0].replace(' ', '_')}")
def test_nothing_is_lost_doubled_altered_or_missed(row: Row, template: Path) -> None:
    plan = Plan(row.database, seed=11, rate=row.rate, patience=1.0)
    with proving(row.id, row.injected, plan, template) as proof:
        for fault in row.faults:
            proof.inject(fault, row.longer if long() else row.seconds)
