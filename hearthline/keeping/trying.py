"""A restore test: a backup nobody ever restored is a hope."""

import tempfile
from datetime import datetime
from pathlib import Path

from hearthline.keeping.restoring import Restored, restore


def try_restore(path: Path, key: bytes, now: datetime) -> Restored:
    """Restore `path` into a scratch SQLite database beside it, which is removed again; raises Failure as `restore`.

    The backup of either database can be tried so, because its rows are the same in both.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".hearthline-trial-") as folder:
        return restore(f"sqlite:///{folder}/trial.db", path, key, now=now, since=now, tick=lambda _read: None)
