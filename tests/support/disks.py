"""A disk whose power can be cut: ext4 in a file behind a loop device. What was not flushed to the device is not in the
file, and a copy of the file is what the next boot finds."""

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.places import absent, find_program

MEBIBYTE = 1 << 20
TRIES = 20


@contextlib.contextmanager
def disk(image: Path, mebibytes: int = 0) -> Iterator[Path]:
    """The image mounted while the block runs; made empty when a size is given. The kernel writes back by itself only
    after minutes, so that what a test finds was asked for by somebody."""
    made = find_program("mkfs.ext4", [Path("/usr/sbin"), Path("/sbin")])
    if os.geteuid() != 0 or made is None or not Path("/dev/loop-control").exists():
        absent("loop", "a disk in a file needs root, mkfs.ext4 and loop devices")
    if mebibytes:
        with image.open("wb") as file:
            file.truncate(mebibytes * MEBIBYTE)
        subprocess.run([made, "-q", "-F", image], check=True)
    folder = image.with_suffix(".mounted")
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-o", "loop,commit=600", image, folder], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        absent("loop", f"mounting is not permitted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def cut_power(image: Path, after: Path) -> None:
    """Copy what is on the disk just now to `after`; whoever writes to it is stopped or idle."""
    for _ in range(TRIES):
        shutil.copyfile(image, after)
        if _digest(image) == _digest(after):
            return
    raise AssertionError("the disk never stood still")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
