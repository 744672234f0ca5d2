"""The loss ledger read: received readings = stored + duplicate + quarantined."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import Message


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages handed over by the broker, and what became of their elements; replays are not counted again."""

    messages: int
    elements: int
    stored: int
    duplicate: int
    quarantined: int
    noted: int


def count_verdicts(session: Session) -> Counts:
    """Totals over everything the broker ever handed over."""
    sums = (Message.elements, Message.stored, Message.duplicate, Message.quarantined, Message.noted)
    query = select(func.count(), *(func.coalesce(func.sum(column), 0) for column in sums)).where(
        Message.replay_of.is_(None)
    )
    return Counts(*(int(figure) for figure in session.execute(query).one()))
