"""Episodes and flags against those the simulator meant to cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hearthline.verify.ledger import STORED, Ledger
from hearthline.verify.problem import Problem
from hearthline.verify.record import Raised, Started


def expected_starts(ledger: Ledger, stored: set[tuple[str, str | None]]) -> set[Started]:
    """Every episode that should be there; a reading in doubt (no receipt) counts only if its key is in `stored`."""
    readings = {
        (line.patient, rule, line.instant)
        for line in ledger.lines
        for rule in line.expect_flags
        if line.expect == STORED and line.instant is not None and (line.receipted or line.key in stored)
    }
    return readings | {(gap.patient, rule, gap.flagged_at) for gap in ledger.gaps for rule in gap.rules}


def judge_flags(expected: set[Started], started: Iterable[Started], raised: Iterable[Raised]) -> Iterator[Problem]:
    """Missed: without an equal episode that a flag covers. Spurious: episodes too many, and flags that cover nothing
    expected. How many flags cover the expected ones may depend on the order of arrival and is not judged."""
    found = set(started)
    flags: dict[tuple[str, str], list[Raised]] = defaultdict(list)
    for flag in raised:
        flags[flag.patient, flag.rule].append(flag)
    for start in sorted(expected):
        if start not in found or not any(_covers(flag, start) for flag in flags[start[:2]]):
            yield Problem("missed", f"{_words(start)}: {'no flag covers it' if start in found else 'no such episode'}")
    for start in sorted(found - expected):
        yield Problem("spurious", f"{_words(start)}: an episode nothing in the ledger causes")
    yield from _idle(expected, flags)


def _idle(expected: set[Started], flags: dict[tuple[str, str], list[Raised]]) -> Iterator[Problem]:
    starts: dict[tuple[str, str], list[Started]] = defaultdict(list)
    for start in expected:
        starts[start[:2]].append(start)
    for key, group in flags.items():
        for flag in group:
            if not any(_covers(flag, start) for start in starts[key]):
                yield Problem("spurious", f"{_words((*key, flag.since))}: a flag that covers nothing expected")


def _covers(flag: Raised, start: Started) -> bool:
    return flag.since <= start[2] <= flag.until


def _words(start: Started) -> str:
    return f"{start[1]} of {start[0]} from {start[2].isoformat()}"
