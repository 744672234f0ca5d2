"""A file that nobody reads, changes, cuts or reorders without its key.

Layout: a title, 32 bytes of salt, 16 bytes that tell the right key from another; then frames of 1 MiB under
AES-256-GCM, the last one shorter or equal. The file's own key comes from HKDF-SHA256 over the key file's and the salt,
so a nonce may be the frame's number (11 bytes) and whether it is the last (1 byte): the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár 2015) as the age format (C2SP) uses it. Every frame authenticates title, salt and check.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hearthline.errors import NO, Failure

TITLE: Final = b"hearthline backup 1\n"
FRAME: Final = 1 << 20
SALT, CHECK, TAG = 32, 16, 16


class Seal:
    """Writes to `file` what `write` is given; `close` seals the last frame, without which nothing opens the file."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt = os.urandom(SALT)
        self._cipher, check = _derive(key, salt)
        self._file, self._head, self._number, self._waiting = file, TITLE + salt + check, 0, bytearray()
        file.write(self._head)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]

    def close(self) -> None:
        self._frame(bytes(self._waiting), last=True)

    def _frame(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._head))
        self._number += 1


def unseal(file: BinaryIO, key: bytes, name: Path) -> Iterator[bytes]:
    """The plain text in pieces; `name` is for messages. Raises Failure for another key, and for a file that is no
    backup, damaged or cut short: then what came before is as it was written, but not all of it."""
    head = file.read(len(TITLE) + SALT + CHECK)
    if not head.startswith(TITLE) or len(head) < len(TITLE) + SALT + CHECK:
        raise Failure(f"{name} is no backup of this program", "name a file that db backup made", NO)
    cipher, check = _derive(key, head[len(TITLE) : len(TITLE) + SALT])
    if check != head[-CHECK:]:
        raise Failure(f"{name} was made with another key", "name its key file with --key-file", NO)
    number, frame = 0, file.read(FRAME + TAG)
    while True:
        following = file.read(FRAME + TAG)
        yield _open(cipher, number, frame, head, last=not following, name=name)
        if not following:
            return
        number, frame = number + 1, following


def _open(cipher: AESGCM, number: int, frame: bytes, head: bytes, *, last: bool, name: Path) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), frame, head)
    except InvalidTag:
        what = "is damaged or cut short" if last else "is damaged"
        raise Failure(f"{name} {what} in its MiB {number + 1}", "use another backup", NO) from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derive(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    derived = HKDF(hashes.SHA256(), 32 + CHECK, salt, TITLE).derive(key)
    return AESGCM(derived[:32]), derived[32:]
