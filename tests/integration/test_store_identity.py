"""What is one reading, what a duplicate of it and what a conflict: decided by the record, whatever the batches."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.tables import Evaluation, Message, MessagePayload, Reading, Refusal
from tests.support.desks import CUFF, NOW, Desk, counts, desk_at, pressure, words


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """One cuff, held by Ana."""
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def test_a_reading_is_stored_as_it_was_sent(desk: Desk) -> None:
    delivery = desk.hand_over(pressure("a-1", "2026-01-05T07:12:00.25-05:00", seq=2**53 - 1, context={"arm": "left"}))
    desk.now += timedelta(seconds=3)
    assert words(desk.commit(delivery)) == ["stored"]
    [row] = desk.all(Reading)
    assert (row.message_id, row.device_id, row.slot, row.patient_id) == (delivery.id, CUFF, None, "ana")
    assert (row.measure, row.stream, row.given_id, row.seq) == ("blood_pressure", "blood_pressure", "a-1", 2**53 - 1)
    assert row.measured_at.isoformat() == "2026-01-05T12:12:00.250000+00:00"
    assert (row.utc_offset, row.device_time) == (-300, "2026-01-05T07:12:00.25-05:00")
    assert (row.received_at, row.stored_at) == (NOW, NOW + timedelta(seconds=3))
    assert (row.systolic, row.diastolic, row.pulse, row.weight) == (128.0, 82.0, None, None)
    assert row.as_sent == {"systolic": ["128", "mmHg"], "diastolic": ["82", "mmHg"]}
    assert (row.time_source, row.time_quality, row.comparator) == ("device", "good", None)
    assert (row.quality, row.context) == (["ahead", "missing_pulse", "questionable"], {"arm": "left"})


def test_a_stored_reading_and_the_wish_to_look_again_come_together(desk: Desk) -> None:
    desk.take(pressure("b", "2026-01-05T08:00:00Z"), pressure("a", "2026-01-05T07:00:00Z"))
    [again] = desk.all(Evaluation)
    assert (again.patient_id, again.stream, again.reason) == ("ana", "blood_pressure", "reading")
    assert again.since.isoformat() == "2026-01-05T07:00:00+00:00"
    desk.take(pressure("a", "2026-01-05T07:00:00Z"))
    assert len(desk.all(Evaluation)) == 1


def test_what_comes_again_is_a_duplicate(desk: Desk) -> None:
    assert desk.take(pressure("a")) == ["stored"]
    assert desk.take(pressure("a"), pressure("a"), pressure("b")) == ["duplicate", "duplicate", "stored"]
    assert len(desk.all(Reading)) == 2


def test_another_spelling_of_the_same_reading_is_a_duplicate(desk: Desk) -> None:
    desk.take(pressure("a", "2026-01-05T07:12:00Z"))
    assert desk.take(pressure("a", "2026-01-05T08:12:00.000+01:00", 128.0, seq=4)) == ["duplicate"]


@pytest.mark.parametrize(
    "other",
    [
        pressure("a", systolic=129),
        pressure("a", "2026-01-05T07:12:01Z"),
        pressure("a", user=2),
    ],
    ids=["another value", "another time", "another slot"],
)
def test_a_used_id_with_other_content_is_a_conflict_and_the_first_stays(desk: Desk, other: object) -> None:
    desk.take(pressure("a"))
    assert desk.take(other) == ["store.conflict"]
    assert desk.take(pressure("a"), other) == ["duplicate", "store.conflict"]
    [row] = desk.all(Reading)
    assert (row.systolic, row.measured_at.isoformat()) == (128.0, "2026-01-05T07:12:00+00:00")
    assert desk.refusals() == [("store.conflict", "", 0, "open")] * 2


def test_another_measure_under_a_used_id_is_a_conflict(desk: Desk) -> None:
    desk.take(pressure("a"))
    weight = {"id": "a", "measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}
    assert desk.take(weight, measure="weight") == ["store.conflict"]


def test_an_id_belongs_to_its_device(desk: Desk) -> None:
    desk.enrol("cuff-0002", "bo")
    assert desk.take(pressure("a")) == desk.take(pressure("a"), device="cuff-0002") == ["stored"]


def test_without_an_id_two_equal_ones_at_one_instant_are_one(desk: Desk) -> None:
    assert desk.take(pressure(None), pressure(None)) == ["stored", "duplicate"]
    assert desk.take(pressure(None)) == ["duplicate"]


@pytest.mark.parametrize("other", [pressure(None, systolic=129), pressure(None, "2026-01-05T07:12:01Z")])
def test_without_an_id_what_differs_is_another_reading(desk: Desk, other: object) -> None:
    assert desk.take(pressure(None), other) == ["stored", "stored"]
    assert desk.take(other, pressure(None)) == ["duplicate", "duplicate"]


def test_a_twin_with_an_id_is_not_the_one_without(desk: Desk) -> None:
    assert desk.take(pressure(None), pressure("a")) == ["stored", "stored"]


def test_an_id_that_looks_like_a_derived_one_takes_nothings_place(desk: Desk) -> None:
    desk.take(pressure(None))
    [row] = desk.all(Reading)
    assert desk.take(pressure(row.id.hex, systolic=140), pressure(None)) == ["stored", "duplicate"]


@pytest.mark.parametrize(
    ("second", "verdict"), [(pressure("a"), "duplicate"), (pressure("a", systolic=129), "store.conflict")]
)
def test_one_id_twice_in_an_array(desk: Desk, second: object, verdict: str) -> None:
    delivery = desk.hand_over([pressure("a"), second, pressure("b")])
    assert words(desk.commit(delivery)) == ["stored", verdict, "stored"]
    assert sum(counts(desk.message(delivery.id))) == desk.message(delivery.id).elements == 3


def test_after_a_conflict_in_one_batch_a_third_is_measured_against_the_first(desk: Desk) -> None:
    desk.take(pressure("a"))
    other = pressure("a", systolic=129)
    assert desk.take(other, pressure("a"), other) == ["store.conflict", "duplicate", "store.conflict"]


def test_repeating_a_commit_of_unknown_outcome_counts_nothing_twice(desk: Desk) -> None:
    batch = [
        desk.hand_over(body)
        for body in (pressure("a"), pressure("a"), pressure("a", systolic=129), [pressure("b"), {}], b"?")
    ]
    first = desk.commit(*batch)
    before = [desk.all(table) for table in (Message, MessagePayload, Reading, Refusal)]
    desk.now += timedelta(seconds=9)
    again = desk.commit(*batch)
    assert words(again) == words(first)
    assert words(first)[:4] == ["stored", "duplicate", "store.conflict", "stored"]
    after = [desk.all(table) for table in (Message, MessagePayload, Reading, Refusal)]
    assert [len(rows) for rows in after] == [len(rows) for rows in before] == [5, 5, 2, 3]
    assert [counts(row) for row in after[0]] == [counts(row) for row in before[0]]


def test_a_repeat_together_with_what_is_new_settles_both(desk: Desk) -> None:
    known = desk.hand_over(pressure("a"))
    desk.commit(known)
    assert words(desk.commit(known, desk.hand_over(pressure("b")), desk.hand_over(pressure("a")))) == [
        "stored", "stored", "duplicate",
    ]  # fmt: skip


def test_order_and_batches_do_not_change_what_is_stored(desk: Desk) -> None:
    bodies = [pressure(f"n-{n}", f"2026-01-05T07:{n:02}:00Z", 120 + n) for n in range(20)]
    desk.take(*reversed(bodies))
    stored = {row.given_id: (row.id, row.content_digest) for row in desk.all(Reading)}
    with desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM reading"))
    for n in (7, 3, 12, 0):
        desk.take(*bodies[n : n + 9])
    assert {row.given_id: (row.id, row.content_digest) for row in desk.all(Reading)} == stored


def test_the_index_that_keeps_ids_apart_is_the_databases_own(desk: Desk) -> None:
    """Two workers cannot both be first: another row with the device's id does not go in, whatever its key."""
    desk.take(pressure("a"))
    columns = [column.name for column in Reading.__table__.columns]
    chosen = ["'00000000000000000000000000000001'" if name == "id" else name for name in columns]
    kind = "" if desk.engine.dialect.name == "sqlite" else "::uuid"
    chosen[columns.index("id")] += kind
    statement = f"INSERT INTO reading ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM reading WHERE true"
    with desk.engine.begin() as connection:
        assert connection.execute(text(f"{statement} ON CONFLICT DO NOTHING")).rowcount == 0
