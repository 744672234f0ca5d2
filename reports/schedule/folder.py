"""Reports into a folder: each a folder of its own, there complete and on the disk, or not at all."""

import contextlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
FILE_MODE, FOLDER_MODE = 0o640, 0o750  # the group may read: those who look at reports are not the service's user


def folder_name(text: str) -> str:
    """What stands for an id among files: itself, `-` for the colon of programme:NAME; or where that would be no plain
    name, its signs in hexadecimal."""
    text = text.replace(":", "-")
    return text if SAFE.fullmatch(text) else "x-" + text.encode().hex()


def put_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder `target` with these files. One that is there is complete and the same: it got its name when it
    was. The folder two above must exist, so that nothing is written where a disk is not mounted. Raises OSError."""
    if target.exists():
        return
    with contextlib.suppress(FileExistsError):
        target.parent.mkdir(FOLDER_MODE)
    for left in target.parent.glob(f".{target.name}.*"):  # of one who was killed
        shutil.rmtree(left, ignore_errors=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.mkdir(FOLDER_MODE)
        for name, content in files.items():
            _write(beside / name, content)
        _sync(beside)
        _rename(beside, target)
        _sync(target.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _rename(beside: Path, target: Path) -> None:
    try:
        beside.rename(target)
    except OSError:
        if not target.exists():  # else another was faster, with the same
            raise


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
