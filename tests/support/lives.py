"""Workers of which there is nothing but their rows."""

from datetime import datetime

from sqlalchemy import Connection

from models.life import leave, list_standings, renew, take

SOMEBODY = "elsewhere:1:"  # a name from which nobody can tell that its process is gone


def live(
    connection: Connection,
    slot: int = 0,
    *,
    now: datetime,
    oldest_waiting: datetime | None = None,
    holder: str = SOMEBODY,
) -> None:
    """A sign of life; the first one takes the slot."""
    if not renew(connection, "ingest", slot, holder, now=now, oldest_waiting=oldest_waiting):
        assert take(connection, "ingest", slot, holder, over=list_standings(connection, "ingest").get(slot), now=now)
        assert renew(connection, "ingest", slot, holder, now=now, oldest_waiting=oldest_waiting)


def end(connection: Connection, slot: int = 0, *, now: datetime, holder: str = SOMEBODY) -> None:
    """It leaves on purpose."""
    leave(connection, "ingest", slot, holder, now=now)
