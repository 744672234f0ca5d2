"""Storing a batch for good: one transaction, repeated while the database is away, halved to find a bad row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from ingest.decoded import Rejected
from ingest.delivery import Decoding, Settled
from ingest.store import store
from registry.holders import Holders

REJECTED: Final = "store.rejected"


def commit(writer: Engine, batch: Sequence[Decoding], holders: Holders, clock: Callable[[], datetime]) -> list[Settled]:
    """Store `batch`; a row the database will not take is quarantined alone and the others go in.

    Raises DBAPIError when the database is away or refuses everybody: then nothing may be acknowledged.
    """
    try:
        with writer.begin() as connection:
            return store(connection, batch, holders, clock())
    except (DataError, IntegrityError, StatementError) as error:
        if is_away(error):
            raise
        return _in_halves(writer, batch, holders, clock)


def is_away(error: StatementError) -> bool:
    """Whether the fault is the database's (gone, locked, full, deadlocked), not a row's."""
    return isinstance(error, DBAPIError) and not isinstance(error, (DataError, IntegrityError))


def _in_halves(
    writer: Engine, batch: Sequence[Decoding], holders: Holders, clock: Callable[[], datetime]
) -> list[Settled]:
    if len(batch) > 1:
        middle = len(batch) // 2
        return [*commit(writer, batch[:middle], holders, clock), *commit(writer, batch[middle:], holders, clock)]
    outcomes = batch[0].outcomes
    if len(outcomes) > 1:
        return [_one_by_one(writer, batch[0], holders, clock)]
    refused = Decoding(batch[0].delivery, [_refuse(each.element) for each in outcomes])
    with writer.begin() as connection:
        return store(connection, [refused], holders, clock())


def _one_by_one(writer: Engine, decoding: Decoding, holders: Holders, clock: Callable[[], datetime]) -> Settled:
    """Find the bad elements of one array by trying each in a transaction that is rolled back, then store the rest."""
    kept = [
        each if _goes_in(writer, Decoding(decoding.delivery, [each]), holders, clock()) else _refuse(each.element)
        for each in decoding.outcomes
    ]
    with writer.begin() as connection:
        return store(connection, [Decoding(decoding.delivery, kept)], holders, clock())[0]


def _goes_in(writer: Engine, decoding: Decoding, holders: Holders, now: datetime) -> bool:
    with writer.connect() as connection, connection.begin() as transaction:
        try:
            store(connection, [decoding], holders, now)
        except (DataError, IntegrityError, StatementError) as error:
            if is_away(error):
                raise
            return False
        finally:
            transaction.rollback()
    return True


def _refuse(element: int) -> Rejected:
    return Rejected(element, REJECTED, "", "the database would not take this element")
