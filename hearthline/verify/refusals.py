"""Refusals of the ledger against the quarantine: the right code for each, no reading beside it, none too many."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from hearthline.verify.ledger import STORED, Line
from hearthline.verify.problem import Problem
from hearthline.verify.record import Refused, Row

Name = tuple[str, str]  # device and id, else "message" and the digest of its bytes


def judge_refusals(lines: Sequence[Line], refused: Iterable[Refused], rows: Iterable[Row]) -> Iterator[Problem]:
    """A refused message that was sent again was refused again: the codes count, not how often."""
    codes: dict[Name, set[str]] = defaultdict(set)
    for refusal in refused:
        codes[_name(refusal.device, refusal.given_id, refusal.sha256)].add(refusal.code)
    wanted: dict[Name, set[str]] = defaultdict(set)
    for line in lines:
        if line.expect != STORED:
            name = _name(line.device, line.id, line.sha256)
            wanted[name].add(line.expect)
            yield from _judge(line, codes.get(name, set()))
    yield from _too_many(wanted, codes)
    yield from _stored_too(lines, rows)


def _name(device: str | None, given_id: str | None, sha256: str) -> Name:
    return ("message", sha256) if device is None or given_id is None else (device, given_id)


def _judge(line: Line, codes: set[str]) -> Iterator[Problem]:
    if line.expect not in codes:
        kind = "refused_wrong" if line.receipted else "in_doubt"
        yield Problem(kind, f"{line.key}: expected {line.expect}, found {', '.join(sorted(codes)) or 'no refusal'}")
    elif line.id is not None and not line.receipted:
        yield Problem("in_doubt", f"{line.key}: sent, no receipt")


def _too_many(wanted: dict[Name, set[str]], codes: dict[Name, set[str]]) -> Iterator[Problem]:
    for name, found in codes.items():
        expected = wanted.get(name, set())
        if expected and not found & expected:
            continue  # a wrong code in the place of the right one is counted already
        for code in sorted(found - expected):
            yield Problem("refused_wrong", f"{name}: refused as {code}, which nothing in the ledger expects")


def _stored_too(lines: Sequence[Line], rows: Iterable[Row]) -> Iterator[Problem]:
    """A conflict has the id of a reading that is rightly stored; nothing else that was refused may be."""
    rightly = {line.key for line in lines if line.expect == STORED}
    refused = {line.key for line in lines if line.expect != STORED and line.id is not None}
    for row in rows:
        if row.key in refused - rightly:
            yield Problem("refused_wrong", f"{row.key}: expected a refusal, is stored")
