"""One row of the matrix on a stage of its own: faults go in, and what the oracle finds goes out to the results."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.faults.compare import compare, examples, faults
from tests.support.faults.stage import Plan, Stage, staged
from tests.support.faults.table import FAULTS
from tests.support.places import ROOT

RESULTS = "HEARTHLINE_FAULT_RESULTS"  # a file that every row's result is added to
LONG = "HEARTHLINE_FAULTS"  # `long` asks for the durations and numbers of the matrix instead of CI's
SHOWN = ("sent", "receipted", "stored", "lost", "duplicated", "altered", "in_doubt", "flags_expected", "flags_missed")
RECOVERY = 90.0
SETTLE = 120.0


def long() -> bool:
    return os.environ.get(LONG) == "long"


@dataclass(slots=True)
class Proof:
    """`recoveries` are the seconds from each fault's end to the next receipt."""

    row: str
    injected: str
    stage: Stage
    times: int = 0
    recoveries: list[float] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def inject(self, name: str, seconds: float) -> None:
        """A fault of the table for so long, then wait for the next receipt."""
        fault = FAULTS[name]
        fault.inject(self.stage)
        time.sleep(seconds)
        fault.heal(self.stage)
        self.recover()

    def recover(self) -> None:
        self.times += 1
        self.recoveries.append(self.stage.wait_for_receipts(RECOVERY))

    def conclude(self) -> None:
        """At rest, everything is in the record once and as it was sent, and nothing else is."""
        settled = self.stage.settle(SETTLE)
        counts = compare(self.stage.truth.file, self.stage.url)
        write(
            row=self.row, injected=self.injected, database=self.stage.plan.database, times=self.times,
            **{name: counts[name] for name in SHOWN}, recovered=round(max(self.recoveries, default=0.0), 1),
            settled=round(settled, 1), **self.more,
        )  # fmt: skip
        wrong = faults(counts)
        assert wrong == {}, f"{wrong} {examples(self.stage.truth.file, self.stage.url)}"


@contextmanager
def proving(row: str, injected: str, plan: Plan, template: Path | None = None) -> Iterator[Proof]:
    """Running while the block does; compared at its end."""
    with staged(plan, template) as stage:
        proof = Proof(row, injected, stage)
        yield proof
        proof.conclude()


def write(**result: Any) -> None:
    """Add a line to the results; the page of them is made by `docs/make_reliability.py`."""
    file = Path(os.environ.get(RESULTS) or ROOT / "var" / "faults.jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as results:
        results.write(json.dumps(result) + "\n")
