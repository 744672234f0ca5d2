"""A row that the database will not take is found and quarantined alone; a database that is away is nobody's fault."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ingest.commit import commit
from ingest.decode import decode
from ingest.decoded import Decoded
from ingest.delivery import Decoding
from models.tables import Message, MessagePayload, Reading
from tests.support.desks import CUFF, Desk, counts, desk_at, pressure, words

SQLITE = (
    "CREATE TRIGGER picky BEFORE INSERT ON reading WHEN NEW.given_id LIKE 'bad%' "
    "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
)
POSTGRESQL = (
    "CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.given_id LIKE 'bad%' THEN "
    "RAISE EXCEPTION 'not this one' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; "
    "CREATE TRIGGER picky BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION picky()"
)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def make_picky(engine: Engine, code: str = "check_violation") -> None:
    """From now on the database takes no reading whose id begins with `bad`."""
    with engine.begin() as connection:
        statement = SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL.format(code=code)
        connection.execute(text(statement))


def calm(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER picky" + (" ON reading" if engine.dialect.name != "sqlite" else "")))


def minute(given_id: str, n: int) -> dict[str, object]:
    return pressure(given_id, f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def test_of_500_messages_with_one_bad_row_499_are_stored(desk: Desk) -> None:
    make_picky(desk.engine)
    batch = [desk.hand_over(minute("bad" if n == 321 else f"n-{n}", n)) for n in range(500)]
    settled = desk.commit(*batch)
    assert [one.delivery.id for one in settled] == [each.id for each in batch]
    assert [n for n, word in enumerate(words(settled)) if word != "stored"] == [321]
    assert words(settled)[321] == "store.rejected"
    assert len(desk.all(Reading)) == 499
    assert desk.refusals() == [("store.rejected", "", 0, "open")]
    assert len(desk.all(Message)) == len(desk.all(MessagePayload)) == 500
    assert settled[321].patients == frozenset()


def test_of_an_array_of_500_with_one_bad_row_499_are_stored(desk: Desk) -> None:
    make_picky(desk.engine)
    weight = {"measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}
    array = [weight | {"id": "bad" if n == 321 else f"n-{n}"} for n in range(500)]
    delivery = desk.hand_over(array, measure="weight")
    [settled] = desk.commit(delivery)
    assert [verdict.element for verdict in settled.verdicts] == list(range(500))
    assert [verdict.element for verdict in settled.verdicts if verdict.verdict != "stored"] == [321]
    assert counts(desk.message(delivery.id)) == (499, 0, 1, 0)
    assert desk.refusals() == [("store.rejected", "/321", 321, "open")]
    assert len(desk.all(Reading)) == 499


def test_bad_rows_among_good_duplicate_and_refused_ones(desk: Desk) -> None:
    desk.take(pressure("a"))
    make_picky(desk.engine)
    bodies = ([pressure("a"), pressure("bad-1"), {}], pressure("bad-2"), b"?", pressure("b"), [pressure("bad-3")])
    assert desk.take(*bodies) == [
        "duplicate", "store.rejected", "decode.bad_time", "store.rejected", "decode.not_json", "stored",
        "store.rejected",
    ]  # fmt: skip


def test_a_receipt_for_a_bad_row_names_its_reading(desk: Desk) -> None:
    make_picky(desk.engine)
    settled = desk.commit(desk.hand_over(pressure("bad-1")), desk.hand_over([pressure("a"), pressure("bad-2")]))
    found = [(v.given_id, v.measured_at) for one in settled for v in one.verdicts if v.code == "store.rejected"]
    assert found == [("bad-1", "2026-01-05T07:12:00Z"), ("bad-2", "2026-01-05T07:12:00Z")]


def test_what_was_rejected_goes_in_once_the_database_takes_it(desk: Desk) -> None:
    make_picky(desk.engine)
    assert desk.take(pressure("bad")) == ["store.rejected"]
    calm(desk.engine)
    assert desk.take(pressure("bad")) == ["stored"]


def test_a_row_that_no_driver_can_carry_is_bad_alone(desk: Desk) -> None:
    """Decode lets nothing through that is no text; were it to, the batch goes on all the same."""
    deliveries = [desk.hand_over(pressure(name)) for name in ("a", "b", "c")]
    batch = [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries]
    [found] = batch[1].outcomes
    assert isinstance(found, Decoded)
    batch[1] = Decoding(deliveries[1], [replace(found, device_time="\ud800")])
    assert words(commit(desk.engine, batch, desk.holders, lambda: desk.now)) == ["stored", "store.rejected", "stored"]


@pytest.mark.parametrize("table", ["device", "reading", "message", "evaluation"])
def test_a_database_that_refuses_everybody_quarantines_nobody(desk: Desk, table: str) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    batch = [desk.hand_over(pressure("a")), desk.hand_over(pressure("b"))]
    with pytest.raises(DBAPIError):
        desk.commit(*batch)
    with desk.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
    assert desk.all(Message) == []
    assert words(desk.commit(*batch)) == ["stored", "stored"]
