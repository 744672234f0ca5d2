"""The ground-truth ledger (contract): what the simulated homes took, sent and were told, one line a reading."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from simulators.journal import ENCODER, Answered, Entry, Intent, Published, Silent


@dataclass(frozen=True, slots=True)
class Answer:
    """The first final receipt of a reading."""

    at: datetime
    verdict: str
    code: str | None = None


_ENTRY: Final = msgspec.json.Decoder(Entry)


def journal_of(ledger: Path) -> Path:
    """Where the ledger grows until it is folded."""
    return ledger.with_name(ledger.name + ".journal")


def fold(journal: Path) -> Path:
    """Write the ledger from its journal, whole or not at all, and remove the journal; returns the ledger's path.

    A last line cut short by a kill is left out: what it would have said is in doubt. Memory grows with what was
    published and answered, not with the readings.
    """
    ledger = journal.with_name(journal.name.removesuffix(".journal"))
    published, answers = _later(_entries(journal))
    draft = journal.with_name(ledger.name + ".draft")
    with draft.open("wb") as file:
        file.writelines(_final(_entries(journal), published, answers))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(ledger)
    journal.unlink()
    return ledger


def _entries(journal: Path) -> Iterator[Entry]:
    with journal.open("rb") as file:
        yield from (_ENTRY.decode(line) for line in file if line.endswith(b"\n"))


def _later(entries: Iterable[Entry]) -> tuple[dict[int, list[datetime]], dict[tuple[int, int], Answered]]:
    """What came after the intents: times by upload, and the first answer by upload and element."""
    published: dict[int, list[datetime]] = {}
    answers: dict[tuple[int, int], Answered] = {}
    for entry in entries:
        if isinstance(entry, Published):
            published.setdefault(entry.upload, []).append(entry.at)
        elif isinstance(entry, Answered):
            answers.setdefault((entry.upload, entry.element), entry)
    return published, answers


def _final(
    entries: Iterable[Entry], published: Mapping[int, list[datetime]], answers: Mapping[tuple[int, int], Answered]
) -> Iterator[bytes]:
    for entry in entries:
        if isinstance(entry, Silent):
            yield bytes(entry.silence) + b"\n"
        elif isinstance(entry, Intent):
            times = ENCODER.encode(published.get(entry.upload, []))
            answer = ENCODER.encode(_answer(answers.get((entry.upload, entry.element))))
            yield bytes(entry.reading)[:-1] + b',"published":' + times + b',"receipt":' + answer + b"}\n"


def _answer(answered: Answered | None) -> Answer | None:
    return None if answered is None else Answer(answered.at, answered.verdict, answered.code)
