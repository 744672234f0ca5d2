"""A backup read: its manifest first, then its tables one after the other, and at its end what was promised of them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hearthline.errors import NO, Failure
from hearthline.keeping.records import DONE, END, MANIFEST, ROWS, TABLE, Manifest, TableEnd, TableHead, read_records
from hearthline.keeping.rows import Sum, encode, unpack
from hearthline.keeping.sealed import unseal

Batches = Iterator[list[list[Any]]]
Record = tuple[bytes, bytes]


@dataclass(slots=True)
class Backup:
    """An open backup. `ends` grows as tables are read; `whole` says that the last record was reached."""

    manifest: Manifest
    ends: list[TableEnd]
    records: Iterator[Record]
    whole: bool = False

    def tables(self) -> Iterator[tuple[TableHead, Batches]]:
        """Each table with its rows, which have to be read before the next table is asked for."""
        for kind, body in self.records:
            if kind == TABLE:
                yield msgspec.json.decode(body, type=TableHead), self._batches()
            self.whole = kind == DONE

    def _batches(self) -> Batches:
        for kind, body in self.records:
            if kind == END:
                self.ends.append(msgspec.json.decode(body, type=TableEnd))
                return
            assert kind == ROWS
            yield unpack(body)


@contextlib.contextmanager
def opened(path: Path, key: bytes, tick: Callable[[int], None] = lambda _read: None) -> Iterator[Backup]:
    """The backup at `path`; `tick` hears how many bytes of the file more were read. Raises Failure as `unseal` does, in
    the block too, wherever the damage is; and at its end, when not all of the backup was read."""
    with path.open("rb") as file:
        records = read_records(_telling(unseal(file, key, path), tick))
        kind, body = next(records, (b"", b""))
        if kind != MANIFEST:
            raise Failure(f"{path} holds no manifest", "use another backup", NO)
        backup = Backup(msgspec.json.decode(body, type=Manifest), [], records)
        yield backup
        if not backup.whole:
            raise Failure(f"{path} ends too early", "use another backup", NO)


def check_backup(path: Path, key: bytes, tick: Callable[[int], None]) -> tuple[Manifest, list[TableEnd]]:
    """Read all of it, and count and sum every row again; raises Failure when anything differs."""
    with opened(path, key, tick) as backup:
        found = [_sum(head, batches) for head, batches in backup.tables()]
    require_same(found, backup.ends, str(path))
    return backup.manifest, backup.ends


def require_same(found: list[TableEnd], promised: list[TableEnd], where: str) -> None:
    """Raises Failure that names the tables whose rows are not those of the backup."""
    wrong = [end.name for end, other in zip(promised, found, strict=True) if end != other]
    if wrong:
        raise Failure(f"{where} differs from what was backed up in {', '.join(wrong)}", "use another backup", NO)


def _sum(head: TableHead, batches: Batches) -> TableEnd:
    found = Sum()
    for batch in batches:
        found.add(encode(row) for row in batch)
    return TableEnd(head.name, found.rows, found.checksum)


def _telling(pieces: Iterator[bytes], tick: Callable[[int], None]) -> Iterator[bytes]:
    for piece in pieces:
        tick(len(piece))
        yield piece
