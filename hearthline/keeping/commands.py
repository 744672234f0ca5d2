"""What `db backup`, `db restore` and `db upgrade` do with the settings, and the line they print."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hearthline.addresses import hide_password
from hearthline.database import naming
from hearthline.errors import USAGE, Failure
from hearthline.keeping.copying import back_up
from hearthline.keeping.folder import name_backup, prune
from hearthline.keeping.key import read_key
from hearthline.keeping.progress import counting_rows, reading_file
from hearthline.keeping.reading import check_backup
from hearthline.keeping.records import TableEnd
from hearthline.keeping.restoring import restore
from hearthline.keeping.trying import try_restore
from hearthline.settings import Settings
from registry.beginning import BEGINNING

Answer = dict[str, Any]


def back_up_to(
    settings: Settings, file: Path | None, key_file: Path | None, now: datetime, *, keep: int | None, test: bool
) -> Answer:
    """Raises Failure when no place or key is named, or the backup cannot be made or tried; then nothing older goes."""
    key = _key(settings, key_file)
    target = _target(settings, file, now)
    if keep is not None and target.parent != _folder(settings, file):
        raise Failure("--keep is for a folder of backups", "name a folder, or leave out --keep", USAGE)
    with counting_rows() as tick, naming(settings.database.url):
        tables = back_up(settings.database.url, target, key, now, tick)
    answer: Answer = {"backup": str(target), "size": target.stat().st_size, "taken_at": now, "tables": _lines(tables)}
    if test:
        try_restore(target, key, now)
        answer["tested"] = True
    return answer | ({} if keep is None else {"removed": [str(path) for path in prune(target.parent, keep, now)]})


def back_up_first(settings: Settings, file: Path | None, key_file: Path | None, now: datetime) -> Path | None:
    """Before an upgrade: to `file`, else into the settings' folder; None when neither is named."""
    if file is None and not settings.backup.folder:
        return None
    answer = back_up_to(settings, file, key_file, now, keep=None, test=False)
    return Path(answer["backup"])


def check_file(settings: Settings, file: Path, key_file: Path | None) -> Answer:
    with reading_file(file) as tick:
        manifest, tables = check_backup(file, _key(settings, key_file), tick)
    return {
        "backup": str(file), "taken_at": manifest.taken_at, "revision": manifest.revision,
        "version": manifest.version, "database": manifest.database, "tables": _lines(tables), "whole": True,
    }  # fmt: skip


def restore_from(
    settings: Settings, file: Path, key_file: Path | None, now: datetime, since: datetime | None
) -> Answer:
    """`since` None: devices send again everything they keep. When a device measured says nothing about when the record
    got it (it may have waited for weeks, or its clock may be wrong), so nothing narrower is sure to lose nothing."""
    url, key = settings.database.url, _key(settings, key_file)
    with reading_file(file) as tick:
        done = restore(url, file, key, now=now, since=since or BEGINNING, tick=tick)
    return {
        "database": hide_password(url), "backup": str(file), "taken_at": done.manifest.taken_at,
        "revision": done.manifest.revision, "tables": _lines(done.tables), "devices_asked": done.asked,
        "resend_since": since,
    }  # fmt: skip


def _key(settings: Settings, named: Path | None) -> bytes:
    return read_key(named or (Path(settings.backup.key_file) if settings.backup.key_file else None))


def _folder(settings: Settings, file: Path | None) -> Path | None:
    if file is None:
        return Path(settings.backup.folder) if settings.backup.folder else None
    return file if file.is_dir() else None


def _target(settings: Settings, file: Path | None, now: datetime) -> Path:
    folder = _folder(settings, file)
    if folder is not None:
        return name_backup(folder, now)
    if file is None:
        raise Failure("no place for the backup", "name a file or a folder, or set backup.folder", USAGE)
    return file


def _lines(tables: Sequence[TableEnd]) -> list[Answer]:
    return [{"table": end.name, "rows": end.rows, "checksum": end.checksum} for end in tables]
