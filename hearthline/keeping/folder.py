"""The folder of scheduled backups: its newest complete file says when one last succeeded, and nothing else does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hearthline.keeping.copying import PARTIAL

PATTERN: Final = "hearthline-%Y-%m-%dT%H%M%SZ.backup"
LEFT_BEHIND: Final = timedelta(days=1)


def name_backup(folder: Path, now: datetime) -> Path:
    """Where a backup of `now` (aware) goes."""
    return folder / f"{now.astimezone(UTC):{PATTERN}}"


def list_backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Complete backups with their instants in UTC, newest first; other files are not ours."""
    dated = ((_taken_at(path), path) for path in folder.glob("hearthline-*.backup"))
    return sorted(((at, path) for at, path in dated if at is not None), reverse=True)


def last_backup(folder: Path) -> datetime | None:
    """When the last one that succeeded was taken; None when there is none. A backup has its name once it is complete
    and on the disk, so no record of it can be wrong."""
    return next((at for at, _ in list_backups(folder)), None)


def prune(folder: Path, keep: int, now: datetime) -> list[Path]:
    """Remove all but the newest `keep`, and what a killed backup left; answers the backups that went."""
    gone = [path for _, path in list_backups(folder)[keep:]]
    for path in gone:
        path.unlink(missing_ok=True)
    for path in folder.glob(f".hearthline-*.backup.*{PARTIAL}"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < now - LEFT_BEHIND:
            path.unlink(missing_ok=True)
    return gone


def _taken_at(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name, PATTERN).replace(tzinfo=UTC)
    except ValueError:
        return None
