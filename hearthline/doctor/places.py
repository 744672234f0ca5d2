"""Folders and disks: what kind of file system, how much room, who may read."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from hearthline.doctor.broker_file import read_broker_file
from hearthline.doctor.finding import DANGEROUS, MIB, OK, WARNING, Finding, Findings, Place

LITTLE: Final = 1024 * MIB
TOO_LITTLE: Final = 100 * MIB
MOUNTS: Final = Path("/proc/self/mountinfo")
NETWORK: Final = ("a network file system: SQLite's locks cannot be trusted there", "move the file to a local disk")
MEMORY: Final = ("a file system in memory: gone when the power is", "move the file to a disk")
KINDS: Final[Mapping[str, tuple[str, tuple[str, str]]]] = {
    "tmpfs": (WARNING, MEMORY),
    "ramfs": (WARNING, MEMORY),
    **dict.fromkeys(("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"), (DANGEROUS, NETWORK)),
}


def check_places(place: Place) -> Findings:
    for name, folder in _folders(place):
        if os.path.isdir(folder):  # False, not an error, where we may not look
            yield _room(name, folder)
    file = sqlite_file(place)
    if file is not None and file.exists():
        yield from _kind(file)
        yield from _readers(file)


def sqlite_file(place: Place) -> Path | None:
    """The database's file, None for PostgreSQL."""
    url = make_url(place.settings.database.url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def kind_of(path: Path, mounts: str) -> str:
    """The file system's type at `path`, by the longest mount point above it; `mounts` as in /proc/self/mountinfo."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].encode().decode("unicode_escape")
        if path.is_relative_to(point) and len(point) >= longest:
            found, longest = after.split(" ")[0], len(point)
    return found


def _folders(place: Place) -> Iterator[tuple[str, Path]]:
    file = sqlite_file(place)
    if file is not None:
        yield "database disk", file.parent
    broker = read_broker_file(place.settings.broker.config).get("persistence_location")
    if broker:
        yield "broker disk", Path(broker)


def _room(name: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = f"{free // MIB} MiB are free at {folder}"
    if free >= LITTLE:
        return Finding(name, OK, says)
    mend = "make room: when the disk is full nothing is acknowledged any more"
    return Finding(name, DANGEROUS if free < TOO_LITTLE else WARNING, f"only {says}", mend)


def _kind(file: Path) -> Findings:
    try:
        kind = kind_of(file.resolve(), MOUNTS.read_text(encoding="utf-8"))
    except OSError:
        return  # not Linux
    if kind in KINDS:
        standing, (why, mend) = KINDS[kind]
        yield Finding("database disk", standing, f"{file} is on {kind}, {why}", mend)


def _readers(file: Path) -> Findings:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077 and file.parent.stat().st_mode & 0o011:
        says = f"others may read {file}, which holds what is known of patients (mode {mode:o})"
        yield Finding("permissions", WARNING, says, f"run: chmod 600 {file}")
    elif not os.access(file, os.R_OK | os.W_OK):
        yield Finding("permissions", WARNING, f"{file} may not be written by you", "run this as the user of ingest")
    else:
        yield Finding("permissions", OK, "the database is its owner's alone")
