"""What a backup holds, inside its seal: compressed records of one kind byte, four bytes of length and a body."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec

from hearthline.keeping.sealed import Seal

MANIFEST, TABLE, ROWS, END, DONE = b"M", b"T", b"R", b"E", b"D"
HEAD: Final = 5
LEVEL: Final = 1  # of zlib: 6 takes four times as long for a fifth less


class Manifest(msgspec.Struct, frozen=True):
    """The first record. Everything committed before `taken_at` (aware UTC) is inside, nothing begun later."""

    revision: str
    version: str
    taken_at: datetime
    database: str


class TableHead(msgspec.Struct, frozen=True):
    """Before a table's rows, which are arrays in the order of `columns`."""

    name: str
    columns: tuple[str, ...]


class TableEnd(msgspec.Struct, frozen=True):
    """After a table's rows: how many, and their checksum (`hearthline.keeping.rows`)."""

    name: str
    rows: int
    checksum: str


class Records:
    """Writes records into a seal."""

    def __init__(self, seal: Seal) -> None:
        self._seal, self._packing = seal, zlib.compressobj(LEVEL)

    def put(self, kind: bytes, body: bytes) -> None:
        self._seal.write(self._packing.compress(kind + len(body).to_bytes(4, "big") + body))

    def tell(self, kind: bytes, what: msgspec.Struct) -> None:
        self.put(kind, msgspec.json.encode(what))

    def close(self) -> None:
        self._seal.write(self._packing.flush())
        self._seal.close()


def read_records(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of every record; `pieces` are what `unseal` gives, so what arrives here is as it was written."""
    unpacking, waiting = zlib.decompressobj(), bytearray()
    for piece in pieces:
        waiting += unpacking.decompress(piece)
        start = 0
        while len(waiting) - start >= HEAD:
            end = start + HEAD + int.from_bytes(waiting[start + 1 : start + HEAD], "big")
            if end > len(waiting):
                break
            yield bytes(waiting[start : start + 1]), bytes(waiting[start + HEAD : end])
            start = end
        del waiting[:start]
