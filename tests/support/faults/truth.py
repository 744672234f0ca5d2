"""The oracle's own list, outside of everything: what was sent, which answer came, and what the record must say.

It imports nothing of the write path. The list is a SQLite file of its own; an intent is in it before the bytes leave.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

SCHEMA = """
CREATE TABLE sent (
    serial INTEGER PRIMARY KEY, sha TEXT NOT NULL, element INTEGER NOT NULL, device TEXT NOT NULL, id TEXT,
    measured_at TEXT, patient TEXT, measure TEXT, expect TEXT NOT NULL, digest TEXT, judged TEXT,
    verdict TEXT, code TEXT, answered INTEGER NOT NULL DEFAULT 0);
CREATE INDEX by_name ON sent (device, id);
CREATE INDEX by_message ON sent (sha, element);
"""
INSERT = """INSERT INTO sent (sha, element, device, id, measured_at, patient, measure, expect, digest, judged)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# A receipt that names an id is this element's only when the time is the one it was sent with (contract, Receipts).
BY_NAME = (
    "UPDATE sent SET verdict = ?, code = ?, answered = answered + 1 WHERE device = ? AND id = ? AND measured_at = ?"
)
BY_MESSAGE = "UPDATE sent SET verdict = ?, code = ?, answered = answered + 1 WHERE sha = ? AND element = ?"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a message as the device means it; `expect` is `stored` or the code it must be refused with.

    `judged` is what the reading was made to be for the rules: severe, clear, low, extreme or plain.
    """

    sha: str
    number: int
    device: str
    id: str | None
    measured_at: str | None
    patient: str
    measure: str
    expect: str
    digest: str | None
    judged: str

    @property
    def key(self) -> tuple[str, str | int, str | None]:
        """How its receipt will name it."""
        return (self.device, self.id, self.measured_at) if self.id is not None else (self.sha, self.number, None)

    def row(self) -> tuple[object, ...]:
        return (
            self.sha, self.number, self.device, self.id, self.measured_at, self.patient, self.measure, self.expect,
            self.digest, self.judged,
        )  # fmt: skip


def digest_of(patient: str, measure: str, at: datetime, values: Mapping[str, tuple[str, str]]) -> str:
    """SHA-256 over what a reading says; `values` component -> (decimal text or LO/HI, unit)."""
    said = sorted((name, _plain(value), unit) for name, (value, unit) in values.items())
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(repr((patient, measure, instant, said)).encode()).hexdigest()


def _plain(value: str) -> str:
    return value if value in ("LO", "HI") else f"{Decimal(value).normalize():f}"


class Truth:
    """Written by the devices, one at a time; who compares opens the file for itself."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._guard = Lock()
        self._list = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._list.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)

    def intend(self, elements: Iterable[Element]) -> None:
        self._together(INSERT, [element.row() for element in elements])

    def answered(self, device: str, receipts: Iterable[Mapping[str, Any]]) -> None:
        named, by_message = list[tuple[object, ...]](), list[tuple[object, ...]]()
        for each in receipts:
            said = each["verdict"], each.get("code")
            if each.get("id") is not None:
                named.append((*said, device, each["id"], each.get("measured_at")))
            else:
                by_message.append((*said, each.get("message"), each.get("element")))
        self._together(BY_NAME, named)
        self._together(BY_MESSAGE, by_message)

    def _together(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self._guard:
            self._list.execute("BEGIN")
            self._list.executemany(statement, rows)
            self._list.execute("COMMIT")

    def close(self) -> None:
        self._list.close()
