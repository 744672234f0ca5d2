"""Where a demo lives: ./var/demo with its database and logs, one demo at a time, earlier ones set aside."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hearthline.errors import NO, Failure, explain_system

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` holds the database and a log a child; `port` was free a moment ago."""

    folder: Path
    port: int

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'hearthline.db'}"

    @property
    def broker(self) -> str:
        return f"mqtt://{LOOPBACK}:{self.port}"

    def log(self, child: str) -> Path:
        return self.folder / f"{child}.log"

    def variables(self) -> dict[str, str]:
        """The settings of everything that belongs to this demo."""
        return {"HEARTHLINE_DATABASE__URL": self.database, "HEARTHLINE_BROKER__URL": self.broker}


@contextlib.contextmanager
def taken(var: Path, now: datetime) -> Iterator[Place]:
    """A fresh folder `var`/demo while the block runs; an earlier one is renamed after the time of its making.

    Raises Failure when another demo runs here or nothing can be written.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = os.open(var / "demo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Failure(f"{var} is a file, not a folder", "move it away, or start in another folder", NO) from None
    except OSError as error:
        raise explain_system(error) or error from error
    try:
        _lock(lock, var)
        yield _fresh(var / "demo", now)
    finally:
        os.close(lock)


def _lock(lock: int, var: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        mend = "end it with Ctrl-C, or start in another folder"
        raise Failure(f"another demo is running in {var}", mend, NO) from None


def _fresh(folder: Path, now: datetime) -> Place:
    try:
        if folder.exists():
            folder.rename(_aside(folder, now))
        folder.mkdir()
    except OSError as error:
        raise explain_system(error) or error from error
    return Place(folder, _free_port())


def _aside(folder: Path, now: datetime) -> Path:
    """A name beside `folder` that nothing has yet."""
    stem = f"{folder.name}-{now:%Y%m%dT%H%M%SZ}"
    names = (folder.with_name(stem if number == 0 else f"{stem}-{number}") for number in range(1000))
    return next(name for name in names if not name.exists())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
