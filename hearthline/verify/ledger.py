"""The ground-truth ledger, read: what the simulator did, line by line (contract, *Ground-truth ledger*)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hearthline.errors import USAGE, Failure
from simulators.ledger import fold, journal_of

STORED = "stored"


@dataclass(frozen=True, slots=True)
class Line:
    """One reading that was taken, or one thing that is none (`id` and `measured_at` None).

    `values` are component -> {value: Decimal or LO/HI, unit}, as sent; `expect` is `stored` or a verdict code.
    """

    patient: str
    device: str
    measure: str
    id: str | None
    measured_at: str | None
    values: Mapping[str, Mapping[str, Any]]
    context: Mapping[str, str]
    expect: str
    expect_flags: tuple[str, ...]
    sha256: str
    receipted: bool

    @property
    def key(self) -> tuple[str, str | None]:
        return self.device, self.id

    @property
    def instant(self) -> datetime | None:
        """`measured_at` as aware UTC."""
        return None if self.measured_at is None else datetime.fromisoformat(self.measured_at).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence long enough for `rules`; their episode starts at `flagged_at` (aware UTC)."""

    patient: str
    rules: tuple[str, ...]
    flagged_at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]

    @property
    def devices(self) -> set[str]:
        return {line.device for line in self.lines}

    @property
    def patients(self) -> set[str]:
        return {line.patient for line in self.lines} | {gap.patient for gap in self.gaps}


def read_ledger(path: Path) -> Ledger:
    """The ledger, folded from its journal where a killed run left only that.

    Raises Failure (usage) when the file is not there, is no ledger, or tells of nothing: then nothing is proven.
    """
    try:
        if not path.exists() and journal_of(path).exists():
            fold(journal_of(path))
        with path.open(encoding="utf-8", errors="replace") as lines:
            ledger = parse_ledger(lines)
    except OSError as error:
        raise Failure(f"cannot read the ledger {path}: {error.strerror}", "name another file", USAGE) from None
    if not ledger.lines:
        raise Failure(f"the ledger {path} tells of no reading", "name one that `simulate run --ledger` wrote", USAGE)
    return ledger


def parse_ledger(lines: Iterable[str]) -> Ledger:
    """Numbers stay exact decimals: a ledger that went through doubles could not tell 5.4 from 5.4000000000000004."""
    readings: list[Line] = []
    gaps: list[Gap] = []
    for number, text in enumerate(lines, 1):
        try:
            node = json.loads(text, parse_float=Decimal, parse_int=Decimal)
            gaps.append(_gap(node)) if "from" in node else readings.append(_line(node))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            wrong = f"line {number} is not a line of a ledger ({type(error).__name__}: {error})"
            raise Failure(wrong, "name a file that `simulate run --ledger` wrote", USAGE) from None
    return Ledger(tuple(readings), tuple(gaps))


def _line(node: Mapping[str, Any]) -> Line:
    return Line(
        patient=node["patient"],
        device=node["device"],
        measure=node["measure"],
        id=node["id"],
        measured_at=node["measured_at"],
        values=node["values"],
        context=node["context"],
        expect=node["expect"],
        expect_flags=tuple(node["expect_flags"]),
        sha256=node["payload_sha256"],
        receipted=node["receipt"] is not None,
    )


def _gap(node: Mapping[str, Any]) -> Gap:
    flagged_at = datetime.fromisoformat(node["flagged_at"]).astimezone(UTC)
    return Gap(node["patient"], tuple(node["expect_flags"]), flagged_at)
