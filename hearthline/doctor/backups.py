"""How old the last backup is. A backup has its name once it is complete, so the newest file says it."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import OK, WARNING, Finding, Findings, Place, ago
from hearthline.keeping.folder import last_backup
from models.tables import Message

CHECK: Final = "backup"
OLD: Final = timedelta(hours=50)  # one night may be missed, not two
START: Final = "start hearthline-backup.timer, or run: hearthline db backup"


def check_backups(place: Place, session: Session) -> Findings:
    """A record younger than that needs none yet."""
    folder = place.settings.backup.folder
    last = last_backup(Path(folder)) if folder and Path(folder).is_dir() else None
    first = session.scalar(select(func.min(Message.received_at)))
    if last is not None and place.now - last <= OLD:
        yield Finding(CHECK, OK, f"the last one is {ago(place.now - last)} old")
    elif first is None or place.now - first <= OLD:
        yield Finding(CHECK, OK, "none is due yet")
    elif not folder:
        yield Finding(CHECK, WARNING, "no backups are made", "name backup.folder and backup.key_file in the settings")
    else:
        says = "there is no backup" if last is None else f"the last backup is {ago(place.now - last)} old"
        yield Finding(CHECK, WARNING, f"{says} in {folder}", START)
