"""Where messages are kept until and after their receipts: a SQLite file for one device, or for all of a gateway."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Final

from device.errors import BufferFullError
from device.file import is_full, open_file
from device.message import Message

DAY: Final = 86400.0
CLOCK_NEVER_SET: Final = 1577836800.0  # 2020-01-01: a clock that says less says nothing
EVICTED_AT_ONCE: Final = 100
PROMPTS_KEPT: Final = 100
FULL: Final = (
    "the buffer is full of readings without a receipt: is the device enrolled, is the server up, has the disk room?"
)


@dataclass(frozen=True, slots=True)
class Room:
    """A message with all its receipts is kept for `days`, and longer while there is room. Where there is none it goes
    earlier, the oldest first; what has no receipt never goes. `bytes` are those of payloads."""

    messages: int = 100_000
    bytes: int = 64 * 1024 * 1024
    days: float = 7.0


class Shelf:
    """Any thread may use it, holding `guard` over what belongs together."""

    def __init__(self, path: Path | str = ":memory:", room: Room | None = None) -> None:
        """Raises BufferUnusableError."""
        self.guard = RLock()
        self._room = room or Room()
        self._database = open_file(str(path))
        self._within = False
        self._messages = self._bytes = 0
        self._measure()

    def close(self) -> None:
        with self.guard:
            self._database.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is on disk when the outermost block ends, or nothing is. Raises BufferFullError
        when the disk is full; everything kept so far stays kept."""
        with self.guard:
            if self._within:
                yield
                return
            self._database.execute("BEGIN IMMEDIATE")
            self._within = True
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException as error:
                self._undo()
                if is_full(error):
                    raise BufferFullError(FULL) from error
                raise
            finally:
                self._within = False

    def boot(self, device: str) -> tuple[int, bool]:
        """Count a start of this device: (starts so far, whether a message of it was ever answered)."""
        with self.writing():
            self._do("INSERT OR IGNORE INTO device VALUES (?, 0, 0, 0)", device)
            self._do("UPDATE device SET boots = boots + 1 WHERE name = ?", device)
            [(boots, introduced)] = self._all("SELECT boots, introduced FROM device WHERE name = ?", device)
        return boots, bool(introduced)

    def next_seq(self, device: str) -> int:
        """One more than the last; used up when the transaction ends."""
        with self.writing():
            self._do("UPDATE device SET seq = seq + 1 WHERE name = ?", device)
            [(seq,)] = self._all("SELECT seq FROM device WHERE name = ?", device)
        return int(seq)

    def add(self, device: str, message: Message, wall: float) -> int:
        """Keep it; its number, higher than any before. Raises BufferFullError."""
        with self.writing():
            self._make_room(len(message.payload), wall)
            names = json.dumps(message.names)
            fields = (device, message.measure, message.payload, names, len(message.names))
            query = "INSERT INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, NULL)"
            number = self._do(query, *fields, message.measured, message.whole).lastrowid
            self._messages, self._bytes = self._messages + 1, self._bytes + len(message.payload)
        assert number is not None
        return number

    def waiting(self, device: str) -> tuple[list[int], int]:
        """Numbers of the messages without all their receipts, oldest first, and how many elements they hold."""
        query = "SELECT number, elements FROM message WHERE device = ? AND done IS NULL ORDER BY number"
        found = self._all(query, device)
        return [number for number, _ in found], sum(elements for _, elements in found)

    def get(self, number: int) -> Message:
        query = "SELECT measure, payload, names, measured, whole FROM message WHERE number = ?"
        [row] = self._all(query, number)
        return _message(*row)

    def list_joinable(self, device: str, measure: str, after: int, most: int) -> list[tuple[int, Message]]:
        """Waiting messages younger than number `after` that are not whole, oldest first."""
        query = """SELECT number, measure, payload, names, measured, whole FROM message WHERE device = ?
            AND done IS NULL AND number > ? AND measure = ? AND NOT whole ORDER BY number LIMIT ?"""
        return [(row[0], _message(*row[1:])) for row in self._all(query, device, after, measure, most)]

    def join(self, number: int, whole: Message, others: Sequence[int]) -> None:
        """Make message `number` what it will always be, and `others` a part of it."""
        with self.writing():
            query = "UPDATE message SET payload = ?, names = ?, elements = ?, measured = ?, whole = 1 WHERE number = ?"
            self._do(query, whole.payload, json.dumps(whole.names), len(whole.names), whole.measured, number)
            for other in others:
                self._do("DELETE FROM message WHERE number = ?", other)
            self._messages -= len(others)

    def introduce(self, device: str) -> None:
        """A message of this device was answered."""
        with self.writing():
            self._do("UPDATE device SET introduced = 1 WHERE name = ?", device)

    def finish(self, numbers: Sequence[int], wall: float) -> None:
        """All receipts of these came; from now on they are kept as `Room` says."""
        with self.writing():
            for number in numbers:
                self._do("UPDATE message SET done = ? WHERE number = ?", wall, number)

    def reopen(self, number: int) -> int:
        """Let a finished message wait for its receipts once more; how many elements it has, 0 when it has gone."""
        with self.writing():
            self._do("UPDATE message SET done = NULL, whole = 1 WHERE number = ?", number)
            found = self._all("SELECT elements FROM message WHERE number = ?", number)
        return int(found[0][0]) if found else 0

    def list_finished_since(self, device: str, since: float) -> list[int]:
        """Messages measured or answered since then, oldest first. What was answered while the clock said nothing may
        be of any time, and is among them."""
        query = """SELECT number FROM message WHERE device = ? AND done IS NOT NULL
            AND (measured >= ? OR done >= ? OR done < ?) ORDER BY number"""
        return [number for (number,) in self._all(query, device, since, since, CLOCK_NEVER_SET)]

    def is_new(self, device: str, prompt: str) -> bool:
        """Whether this prompt was never followed before; from now on it was."""
        with self.writing():
            new = self._do("INSERT OR IGNORE INTO prompt (device, id) VALUES (?, ?)", device, prompt).rowcount == 1
            oldest = "SELECT max(number) FROM prompt WHERE device = ?"
            self._do(f"DELETE FROM prompt WHERE device = ? AND number <= ({oldest}) - ?", device, device, PROMPTS_KEPT)  # noqa: S608  no value in it
        return new

    def _make_room(self, size: int, wall: float) -> None:
        for before in (wall - self._room.days * DAY, float("inf")):
            while self._is_over(size) and self._evict(before):
                pass
        if self._is_over(size):
            raise BufferFullError(FULL)

    def _is_over(self, size: int) -> bool:
        return self._messages + 1 > self._room.messages or self._bytes + size > self._room.bytes

    def _evict(self, before: float) -> int:
        """Some of those finished before then, the oldest; how many."""
        most = max(1, min(EVICTED_AT_ONCE, self._messages // 10))
        query = "SELECT number, length(payload) FROM message WHERE done < ? ORDER BY done LIMIT ?"
        old = self._all(query, before, most)
        for number, size in old:
            self._do("DELETE FROM message WHERE number = ?", number)
            self._messages, self._bytes = self._messages - 1, self._bytes - size
        return len(old)

    def _undo(self) -> None:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        self._measure()

    def _measure(self) -> None:
        [(self._messages, self._bytes)] = self._all("SELECT count(*), coalesce(sum(length(payload)), 0) FROM message")

    def _do(self, query: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(query, values)

    def _all(self, query: str, *values: object) -> list[Any]:
        with self.guard:
            return self._do(query, *values).fetchall()


def _message(measure: str, payload: bytes, names: str, measured: float, whole: int) -> Message:
    told = tuple(None if name is None else (name[0], name[1]) for name in json.loads(names))
    return Message(measure, payload, told, measured, bool(whole))
