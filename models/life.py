"""Signs of life: each running process writes its own row."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select
from sqlalchemy.orm import Session

from models.tables import Process

UNSEEN: Final = timedelta(seconds=15)


def sign(connection: Connection, kind: str, slot: int, *, now: datetime, oldest_waiting: datetime | None) -> None:
    """Renew the process's row; `oldest_waiting` is the receipt of its oldest message not yet stored, if any. Who was
    not seen for a while (killed, stopped) has started anew."""
    mine = (Process.kind == kind, Process.slot == slot)
    alive = Process.seen_at >= now - UNSEEN
    started = connection.scalar(select(Process.started_at).where(*mine, alive))
    connection.execute(delete(Process).where(*mine))
    row = {"kind": kind, "slot": slot, "started_at": started or now, "seen_at": now, "oldest_waiting": oldest_waiting}
    connection.execute(insert(Process), row)


def sign_off(connection: Connection, kind: str, slot: int) -> None:
    """A process that ends on purpose leaves no row to be missed."""
    connection.execute(delete(Process).where(Process.kind == kind, Process.slot == slot))


def list_processes(session: Session) -> list[Process]:
    """All rows, by kind and slot."""
    return list(session.scalars(select(Process).order_by(Process.kind, Process.slot)))


def is_behind(connection: Connection, kind: str, since: datetime) -> bool:
    """Whether any process of `kind` still holds a message received before `since`, or started after it: what came in
    while it was away may still wait at the broker."""
    behind = or_(Process.oldest_waiting < since, Process.started_at > since)
    query = select(Process.slot).where(Process.kind == kind, behind).limit(1)
    return connection.scalar(query) is not None
