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
            return [_without_the_bad(writer, batch[0], holders, clock, fence)]
    middle = len(batch) // 2
    return [each for half in (batch[:middle], batch[middle:]) for each in commit(writer, half, holders, clock, fence)]


def is_away(error: Exception) -> bool:
    """Whether the fault is the database's (gone, locked, full, deadlocked, of another schema), not a row's."""
    of_a_row = isinstance(error, (DataError, IntegrityError)) and not is_other_schema(error)
    return isinstance(error, DBAPIError) and not of_a_row


def _without_the_bad(
    writer: Engine,
    decoding: Decoding,
    holders: Holders,
    clock: Callable[[], datetime],
    fence: Callable[[Connection], None],
) -> Settled:
    """Find the bad elements of one message by trying halves in transactions that are rolled back, then store the rest.
    What is refused keeps its names, unless these are what the database would not take."""
    kept = list(_sift(partial(_goes_in, writer, decoding, holders, clock), decoding.outcomes))
    if not _goes_in(writer, decoding, holders, clock, kept):
        kept = [_bare(each) if isinstance(each, Rejected) and each.code == REJECTED else each for each in kept]
    with writer.begin() as connection:
        fence(connection)
        return store(connection, [replace(decoding, outcomes=kept)], holders, clock())[0]


def _sift(goes_in: Callable[[Sequence[Outcome]], bool], outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """What goes in, as it is, and a refusal in the place of each that does not."""
    if goes_in(outcomes):
        yield from outcomes
    elif len(outcomes) == 1:
        yield _refuse(outcomes[0])
    else:
        middle = len(outcomes) // 2
        for half in (outcomes[:middle], outcomes[middle:]):
            yield from _sift(goes_in, half)


def _goes_in(
    writer: Engine, decoding: Decoding, holders: Holders, clock: Callable[[], datetime], outcomes: Sequence[Outcome]
) -> bool:
    with writer.connect() as connection, connection.begin() as transaction:
        try:
            store(connection, [replace(decoding, outcomes=list(outcomes))], holders, clock())
        except OF_A_ROW as error:
            if is_away(error):
                raise
            return False
        finally:
            transaction.rollback()
    return True


def _refuse(outcome: Outcome) -> Rejected:
    if isinstance(outcome, Decoded):
        return Rejected.of(outcome, REJECTED, "", DETAIL)
    return Rejected(outcome.element, REJECTED, "", DETAIL)


def _bare(refused: Rejected) -> Rejected:
    return Rejected(refused.element, REJECTED, refused.pointer, DETAIL)
