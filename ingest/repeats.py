"""Prompts to measure again: published as soon as they are made, and again until somebody measured or they expired.

What is published to a device that stays away waits at the broker, one small message a reading that began something;
the device throws away what has expired, and answers each once, by its id.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, delete, or_, select, update

from ingest.prompts import DOWN
from ingest.rows import encode
from models.tables import Prompt

MOST: Final = 500
AGAIN: Final = timedelta(minutes=5)  # the worker may have died before the broker had it
Publish = Callable[[str, str], bool]


def send_repeats(writer: Engine, publish: Publish, now: datetime) -> int:
    """A round; answers how many were published. `publish` says whether the broker is there."""
    with writer.begin() as connection:
        due = _list_due(connection, now)
        sent = [each for each in due if publish(DOWN.format(each.device_id), prompt(each))]
        if sent:
            mine = update(Prompt).where(Prompt.id == bindparam("prompt")).values(sent_at=now)
            connection.execute(mine, [{"prompt": each.id} for each in sent])
            connection.execute(delete(Prompt).where(Prompt.expires_at <= now))
    return len(sent)


def _list_due(connection: Connection, now: datetime) -> list[Prompt]:
    """Not those that another worker is publishing."""
    waits = or_(Prompt.sent_at.is_(None), Prompt.sent_at <= now - AGAIN)
    query = select(Prompt.__table__).where(Prompt.expires_at > now, waits).order_by(Prompt.id).limit(MOST)
    return list(connection.execute(query.with_for_update(skip_locked=True)).all())  # type: ignore[arg-type]  # rows with the table's names


def prompt(row: Prompt) -> str:
    """What the device is told (contract, *Wire*)."""
    return encode({"id": str(row.id), "kind": "measure_again", "measure": row.measure, "expires_at": row.expires_at})
