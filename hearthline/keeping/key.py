"""The key file: 32 random bytes as text, readable by its owner alone. Who loses it loses every backup made with it."""

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Final

from hearthline.errors import NO, USAGE, Failure

TITLE: Final = "hearthline-backup-key-1"
SIZE: Final = 32
PRIVATE: Final = 0o600
OTHERS: Final = 0o077


def make_key(path: Path) -> None:
    """Write a new key; raises FileExistsError rather than replace one that backups may depend on."""
    secret = base64.b64encode(secrets.token_bytes(SIZE)).decode()
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise Failure(f"{path} exists already", "name another file: a key that is replaced is lost", NO) from None
    with os.fdopen(file, "w", encoding="ascii") as opened:
        opened.write(f"{TITLE}\n{secret}\n")
        opened.flush()
        os.fsync(opened.fileno())


def read_key(path: Path | None) -> bytes:
    """The 32 bytes; raises Failure when no file is named, it holds no key, or others may read it."""
    if path is None:
        mend = "name one with --key-file or backup.key_file; make one with: hearthline db make-key FILE"
        raise Failure("a backup needs a key file", mend, USAGE)
    if path.stat().st_mode & OTHERS:
        raise Failure(f"the key file {path} may be used by others", f"run: chmod 600 {path}", NO)
    lines = path.read_text(encoding="utf-8", errors="replace").split()
    try:
        key = base64.b64decode(lines[1], validate=True) if lines[:1] == [TITLE] and len(lines) == 2 else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise Failure(f"{path} is no key file", "make one with: hearthline db make-key FILE", NO)
    return key
