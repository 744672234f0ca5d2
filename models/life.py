"""Signs of life and leases: a process row says who holds a slot, and that its holder still lives.

A row outlives its holder: one that nobody holds stands for a session that the broker keeps, with what waits in it.
Nobody compares clocks of two machines to take a slot over: see `ingest.lease`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.running import end_run
from models.tables import Process

UNSEEN: Final = timedelta(seconds=15)
DEAD: Final = timedelta(minutes=1)  # without a sign: nobody took the slot over either


@dataclass(frozen=True, slots=True)
class Standing:
    """A row as it was seen; `holder` None when its last holder left on purpose."""

    slot: int
    holder: str | None
    started_at: datetime
    seen_at: datetime


def list_standings(connection: Connection, kind: str) -> Mapping[int, Standing]:
    """Every slot that is or was worked under, by slot."""
    query = select(Process.slot, Process.holder, Process.started_at, Process.seen_at).where(Process.kind == kind)
    return {row.slot: Standing(*row) for row in connection.execute(query.order_by(Process.slot))}


def take(connection: Connection, kind: str, slot: int, holder: str, *, over: Standing | None, now: datetime) -> bool:
    """Become the holder if the slot is as it was seen (`over`; None: it had no row). False: another was faster."""
    if over is None:
        row = {"kind": kind, "slot": slot, "holder": holder, "started_at": now, "seen_at": now}
        try:
            with connection.begin_nested():
                connection.execute(insert(Process), row)
        except IntegrityError:
            return False
        return True
    as_seen = (Process.holder.is_not_distinct_from(over.holder), Process.seen_at == over.seen_at)
    end_run(connection, *_row(kind, slot), *as_seen)
    change = update(Process).where(*_row(kind, slot), *as_seen)
    new = {"holder": holder, "started_at": now, "seen_at": now, "oldest_waiting": None}
    return connection.execute(change.values(new)).rowcount == 1


def renew(
    connection: Connection, kind: str, slot: int, holder: str, *, now: datetime, oldest_waiting: datetime | None
) -> bool:
    """A sign of life; `oldest_waiting` is since when messages wait that are not stored yet, if any do. False: the slot
    is another's now. Who was not seen for a while has started anew: much may have come in meanwhile."""
    end_run(connection, *_row(kind, slot), Process.holder == holder, Process.seen_at < now - UNSEEN)
    started = case((Process.seen_at >= now - UNSEEN, Process.started_at), else_=now)
    change = update(Process).where(*_row(kind, slot), Process.holder == holder)
    return (
        connection.execute(change.values(seen_at=now, oldest_waiting=oldest_waiting, started_at=started)).rowcount == 1
    )


def find_holder(connection: Connection, kind: str, slot: int) -> str | None:
    """Who holds the slot; nobody takes it over before this transaction ends."""
    return connection.scalar(select(Process.holder).where(*_row(kind, slot)).with_for_update(read=True))


def leave(connection: Connection, kind: str, slot: int, holder: str, *, now: datetime) -> None:
    """Free the slot on purpose; the row stays for whoever takes it next."""
    change = update(Process).where(*_row(kind, slot), Process.holder == holder)
    connection.execute(change.values(holder=None, seen_at=now, oldest_waiting=None))


def retire(connection: Connection, kind: str, slot: int, holder: str) -> None:
    """Forget the slot: nothing waits in its session, and nothing will."""
    mine = *_row(kind, slot), Process.holder == holder
    end_run(connection, *mine)
    connection.execute(delete(Process).where(*mine))


def free_all(connection: Connection) -> None:
    """Nobody who held a slot when this record was copied holds it now; what waits in its session still waits."""
    connection.execute(update(Process).values(holder=None, oldest_waiting=None))


def list_processes(session: Session) -> list[Process]:
    """The rows that somebody holds, alive or not, by kind and slot."""
    held = select(Process).where(Process.holder.is_not(None))
    return list(session.scalars(held.order_by(Process.kind, Process.slot)))


def is_behind(connection: Connection, kind: str, since: datetime) -> bool:
    """Whether any process of `kind` still holds a message received before `since`, or started after it (what came in
    while it was away may still wait at the broker), or died without anybody taking its slot."""
    dead = Process.seen_at < since - DEAD
    behind = and_(Process.holder.is_not(None), or_(Process.oldest_waiting < since, Process.started_at > since, dead))
    query = select(Process.slot).where(Process.kind == kind, behind).limit(1)
    return connection.scalar(query) is not None


def _row(kind: str, slot: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Process.kind == kind, Process.slot == slot
