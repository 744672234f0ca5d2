"""Who shall send again: after a restore the record lacks what was receipted since the backup; devices still have it.

A request stays until it expires, because nobody can know what a device still has to send; it is repeated at long
intervals, and a device answers each request once, by its id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, literal, select, update

from models.keys import derived_id
from models.tables import Device, ResendRequest
from models.types import Instant

KEPT: Final = timedelta(days=7)  # devices keep what was receipted at least so long (contract, Receipts)


@dataclass(frozen=True, slots=True)
class Request:
    """`device_id` shall send again what it measured since `since`; `id` is the same however often it is asked."""

    id: str
    device_id: str
    since: datetime
    expires_at: datetime
    asked_at: datetime | None


def request_resends(connection: Connection, *, since: datetime, now: datetime) -> int:
    """Ask every device that is not revoked, in place of what it was asked before; answers how many."""
    connection.execute(delete(ResendRequest))
    when = (literal(since, Instant()), literal(now, Instant()), literal(now + KEPT, Instant()))
    devices = select(Device.id, *when).where(Device.revoked_at.is_(None))
    columns = ("device_id", "since", "made_at", "expires_at")
    return connection.execute(insert(ResendRequest).from_select(columns, devices)).rowcount


def list_requests(connection: Connection) -> list[Request]:
    """All of them, by device; what has expired too."""
    rows = connection.execute(select(ResendRequest.__table__).order_by(ResendRequest.device_id))
    return [Request(_id(row), row.device_id, row.since, row.expires_at, row.asked_at) for row in rows]


def note_asked(connection: Connection, devices: Iterable[str], *, now: datetime) -> None:
    """Remember when they were asked."""
    mine = ResendRequest.device_id == bindparam("device")
    rows = [{"device": device} for device in devices]
    connection.execute(update(ResendRequest).where(mine).values(asked_at=now), rows)


def forget_expired(connection: Connection, *, now: datetime) -> None:
    """Devices need not have kept anything by then."""
    connection.execute(delete(ResendRequest).where(ResendRequest.expires_at <= now))


def _id(row: Row[Any]) -> str:
    return str(derived_id("resend", row.device_id, row.made_at))
