"""The folder of an export: which files count and up to which cursor, in one file that is replaced as a whole."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from registry.beginning import BEGINNING
from reports.errors import ReportError

STATE: Final = "_export.json"
LOCK: Final = "_export.lock"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class File:
    """`name` relative to the folder, such as measure=weight/month=2026-03/….parquet."""

    name: str
    measure: str
    month: str
    rows: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything stored by `cursor` is in `files`."""

    cursor: datetime
    files: Sequence[File] = ()

    def with_more(self, cursor: datetime, files: Sequence[File]) -> "State":
        return replace(self, cursor=cursor, files=(*self.files, *files))


def read_state(folder: Path) -> State:
    """Of an empty folder the beginning. Raises ReportError for a file that says something else."""
    try:
        said: dict[str, Any] = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return State(BEGINNING)
    except ValueError:
        raise ReportError(f"{folder / STATE} is damaged; export into another folder") from None
    if said.get("version") != VERSION:
        raise ReportError(f"{folder / STATE} is of another version; export into another folder")
    return State(datetime.fromisoformat(said["cursor"]), tuple(File(**each) for each in said["files"]))


def write_state(folder: Path, state: State) -> None:
    """Whole or not at all."""
    files = [{"name": f.name, "measure": f.measure, "month": f.month, "rows": f.rows} for f in state.files]
    beside = folder / f".{STATE}.new"
    with beside.open("w") as opened:
        opened.write(json.dumps({"version": VERSION, "cursor": state.cursor.isoformat(), "files": files}, indent=1))
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(folder / STATE)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else writes there meanwhile; what a run that was ended left behind is removed first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReportError(f"another export is writing into {folder}; wait for it") from None
        _clear(folder)
        yield


def _clear(folder: Path) -> None:
    known = {folder / each.name for each in read_state(folder).files}
    for path in folder.glob("measure=*/month=*/*"):
        if path not in known:
            path.unlink()
