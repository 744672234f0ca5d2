"""The buffer's file: SQLite, opened so that what was committed survives a power cut and nobody else writes it."""

import sqlite3
from typing import Final

from device.errors import BufferUnusableError

VERSION: Final = 1
PATIENCE: Final = 1.0  # for a process that is just ending
SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE device (name TEXT PRIMARY KEY, boots INTEGER NOT NULL, seq INTEGER NOT NULL, introduced INTEGER NOT NULL);
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device TEXT NOT NULL,
    measure TEXT NOT NULL,
    payload BLOB NOT NULL,
    names TEXT NOT NULL,      -- JSON: for each element [id, measured_at as sent], or null when it has no id
    elements INTEGER NOT NULL,
    measured REAL NOT NULL,   -- of the newest element, seconds since 1970
    whole INTEGER NOT NULL,   -- 1: sent, or to be sent, exactly as it is; 0: may still be joined with others
    done REAL                 -- when the last final receipt came, seconds since 1970 by the device's clock
);
CREATE INDEX waiting ON message (device, number) WHERE done IS NULL;
CREATE INDEX receipted ON message (done) WHERE done IS NOT NULL;
CREATE TABLE prompt (number INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, id TEXT NOT NULL,
    UNIQUE (device, id));
PRAGMA user_version = {VERSION};
COMMIT;
"""


def open_file(path: str) -> sqlite3.Connection:
    """For any thread, one at a time; transactions are begun by hand. Raises BufferUnusableError."""
    try:
        database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        _prepare(database, path)
    except sqlite3.Error as error:
        raise BufferUnusableError(_mend(error, path)) from error
    return database


def is_full(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL


def _prepare(database: sqlite3.Connection, path: str) -> None:
    """Exclusive locking also spares the file of shared memory; with `synchronous=NORMAL` a power cut takes back what
    was committed (F11)."""
    for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
        database.execute(f"PRAGMA {setting}")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == 0:
        database.executescript(SCHEMA)
    elif version != VERSION:
        raise BufferUnusableError(f"{path} is a buffer of version {version}, this is version {VERSION}; update the SDK")


def _mend(error: sqlite3.Error, path: str) -> str:
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
        return f"{path} is in use by another process; one buffer belongs to one process"
    return f"{path} cannot be used as a buffer ({error}); move it away, or name another file"
