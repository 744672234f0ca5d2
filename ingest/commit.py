"""Storing a batch for good: one transaction, repeated while the database is away, halved to find a bad row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from ingest.decoded import Decoded, Outcome, Rejected
from ingest.delivery import Decoding, Settled
from ingest.schema import is_other_schema
from ingest.store import store
from registry.holders import Holders

REJECTED: Final = "store.rejected"
DETAIL: Final = "the database would not take this element"
OF_A_ROW: Final = (StatementError, ValueError, TypeError, OverflowError)  # the last three come from the driver
log = structlog.get_logger()


def unfenced(_connection: Connection) -> None:
    """For a writer that holds no lease."""


def commit(
    writer: Engine,
    batch: Sequence[Decoding],
    holders: Holders,
    clock: Callable[[], datetime],
    fence: Callable[[Connection], None] = unfenced,
) -> list[Settled]:
    """Store `batch`; a row the database will not take is quarantined alone and the others go in.

    Raises DBAPIError when the database is away or refuses everybody: then nothing may be acknowledged. `fence` raises
    inside the transaction when the batch is not ours to store any more.
    """
    try:
        with writer.begin() as connection:
            fence(connection)
            return store(connection, batch, holders, clock())
    except OF_A_ROW as error:
        if is_away(error):
            raise
        if len(batch) == 1:
            log.error("store.rejected", message=str(batch[0].delivery.id), cause=type(error).__name__)
            return [_one_by_one(writer, batch[0], holders, clock, fence)]
    middle = len(batch) // 2
    return [each for half in (batch[:middle], batch[middle:]) for each in commit(writer, half, holders, clock, fence)]


def is_away(error: Exception) -> bool:
    """Whether the fault is the database's (gone, locked, full, deadlocked, of another schema), not a row's."""
    of_a_row = isinstance(error, (DataError, IntegrityError)) and not is_other_schema(error)
    return isinstance(error, DBAPIError) and not of_a_row


def _one_by_one(
    writer: Engine,
    decoding: Decoding,
    holders: Holders,
    clock: Callable[[], datetime],
    fence: Callable[[Connection], None],
) -> Settled:
    """Find the bad elements of one message by trying each in a transaction that is rolled back, then store the rest."""
    goes_in = partial(_goes_in, writer, decoding, holders, clock)
    kept = [next(filter(goes_in, _ways(each)), _bare(each)) for each in decoding.outcomes]
    with writer.begin() as connection:
        fence(connection)
        return store(connection, [replace(decoding, outcomes=kept)], holders, clock())[0]


def _goes_in(
    writer: Engine, decoding: Decoding, holders: Holders, clock: Callable[[], datetime], outcome: Outcome
) -> bool:
    with writer.connect() as connection, connection.begin() as transaction:
        try:
            store(connection, [replace(decoding, outcomes=[outcome])], holders, clock())
        except OF_A_ROW as error:
            if is_away(error):
                raise
            return False
        finally:
            transaction.rollback()
    return True


def _ways(outcome: Outcome) -> Iterator[Outcome]:
    """As it is; else refused, with the names its device gave it."""
    yield outcome
    if isinstance(outcome, Decoded):
        yield Rejected.of(outcome, REJECTED, "", DETAIL)


def _bare(outcome: Outcome) -> Rejected:
    """Refused without a name: a name may be what the database would not take."""
    return Rejected(outcome.element, REJECTED, "", DETAIL)
