"""The folder of scheduled backups tells when one last succeeded, and keeps as many as it was told."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hearthline.keeping.folder import last_backup, list_backups, name_backup, prune

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_a_backup_is_named_after_its_instant_and_the_newest_is_the_last(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    for days in (2, 0, 1):
        name_backup(tmp_path, NOW - timedelta(days=days)).touch()
    assert name_backup(tmp_path, NOW).name == "hearthline-2026-01-05T120000Z.backup"
    assert [at for at, _ in list_backups(tmp_path)] == [NOW - timedelta(days=days) for days in range(3)]
    assert last_backup(tmp_path) == NOW


def test_what_is_not_complete_or_not_ours_counts_for_nothing_and_stays(tmp_path: Path) -> None:
    others = [tmp_path / ".hearthline-2026-01-05T120000Z.backup.77.partial", tmp_path / "hearthline-before-move.backup"]
    for path in others:
        path.touch()
    os.utime(others[0], (NOW.timestamp(), NOW.timestamp()))
    assert last_backup(tmp_path) is None
    assert prune(tmp_path, 1, NOW) == []
    assert all(path.exists() for path in others)


def test_the_oldest_go_and_what_a_killed_backup_left_a_day_ago(tmp_path: Path) -> None:
    names = [name_backup(tmp_path, NOW - timedelta(days=days)) for days in range(5)]
    left = tmp_path / ".hearthline-2026-01-03T120000Z.backup.77.partial"
    for path in (*names, left):
        path.touch()
    long_ago = (NOW - timedelta(days=2)).timestamp()
    os.utime(left, (long_ago, long_ago))
    assert prune(tmp_path, 2, NOW) == names[2:]
    assert sorted(tmp_path.iterdir()) == sorted(names[:2])
