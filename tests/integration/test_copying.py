"""COPY behaves like any other statement: what is wrong with a row is the row's fault, what is wrong with the
connection is not, and the connection is whole again afterwards."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from ingest.commit import commit, is_away
from ingest.decode import decode
from ingest.decoded import Decoded
from ingest.delivery import Decoding
from models.tables import Message, Reading
from tests.support.desks import CUFF, Desk, desk_at, pressure, words


@pytest.fixture
def desk(postgres_database: str) -> Iterator[Desk]:
    with desk_at(postgres_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


@pytest.mark.parametrize(
    "field", [{"device_time": "2026\0"}, {"device_time": "\ud800"}, {"seq": 2**70}, {"utc_offset": 2**40}]
)
def test_a_row_that_cannot_be_copied_is_bad_alone(desk: Desk, field: dict[str, object]) -> None:
    """Decode lets none of these through; were it to, the batch goes on all the same."""
    deliveries = [desk.hand_over(pressure(name)) for name in ("a", "b", "c")]
    batch = [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries]
    [found] = batch[1].outcomes
    assert isinstance(found, Decoded)
    batch[1] = Decoding(deliveries[1], [replace(found, **field)])
    assert words(commit(desk.engine, batch, desk.holders, lambda: desk.now)) == ["stored", "store.rejected", "stored"]
    assert words(commit(desk.engine, [batch[0]], desk.holders, lambda: desk.now)) == ["stored"]  # its own, again


@pytest.mark.parametrize("rows", [1, 2])
def test_a_connection_that_breaks_before_a_copy_condemns_no_row(desk: Desk, rows: int) -> None:
    batch = [desk.hand_over(pressure(str(n))) for n in range(rows)]
    desk.take(pressure("first"))  # the temporary tables are there, and will not be on the next connection

    @event.listens_for(desk.engine, "before_cursor_execute", once=True)
    def break_it(connection: Connection, *_: object) -> None:
        with desk.engine.connect() as other:
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with pytest.raises(DBAPIError) as failed:
        desk.commit(*batch)
    assert is_away(failed.value)
    assert len(desk.all(Message)) == 1
    assert words(desk.commit(*batch)) == ["stored"] * rows
    assert len(desk.all(Reading)) == rows + 1
