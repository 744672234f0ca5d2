"""The answer of `verify`: counts under the contract's names, and what they stand for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hearthline.verify.flags import expected_starts, judge_flags
from hearthline.verify.ledger import STORED, Ledger
from hearthline.verify.problem import Problem
from hearthline.verify.readings import judge_readings
from hearthline.verify.record import list_raised, list_refused, list_rows, list_started, models_of
from hearthline.verify.refusals import judge_refusals

OF_READINGS = ("lost", "duplicated", "altered", "unexpected", "in_doubt", "refused_wrong")
OF_FLAGS = ("missed", "spurious")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`taken` counts the ledger's lines of readings, `stored` those of them that should be in the record,
    have a receipt and are there."""

    taken: int
    stored: int
    expected: int
    problems: tuple[Problem, ...]

    @property
    def exact(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        count = Counter(problem.kind for problem in self.problems)
        readings = {"taken": self.taken, "stored": self.stored} | {kind: count[kind] for kind in OF_READINGS}
        return readings | {"flags": {"expected": self.expected} | {kind: count[kind] for kind in OF_FLAGS}}


def verify(session: Session, ledger: Ledger) -> Verdict:
    """Ledger against database, as it is in this session's snapshot."""
    rows = list_rows(session, ledger.devices, ledger.patients)
    keys = {row.key for row in rows}
    expected = expected_starts(ledger, keys)
    problems: Sequence[Problem] = (
        *judge_readings(ledger.lines, rows, models_of(session, ledger.devices)),
        *judge_refusals(ledger.lines, list_refused(session, ledger.devices), rows),
        *judge_flags(expected, list_started(session, ledger.patients), list_raised(session, ledger.patients)),
    )
    stored = sum(line.expect == STORED and line.receipted and line.key in keys for line in ledger.lines)
    return Verdict(len(ledger.lines), stored, len(expected), tuple(problems))
