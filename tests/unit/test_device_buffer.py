"""A device keeps a reading until it was finally answered, whatever happens to receipts, connection and process."""

import hashlib
import json

import pytest

from device.buffer import Buffer
from device.message import Message
from device.readings import Reading
from device.receipts import Receipt, read_receipts
from device.shelf import Shelf
from tests.support.buffers import (
    AT,
    WALL,
    answers_to,
    new_buffer,
    payloads,
    stored,
    taken_over,
    weighing,
    whole,
    with_messages,
)


def test_a_device_sends_nothing_else_until_its_first_message_is_answered() -> None:
    buffer = with_messages(whole(0), whole(1), whole(2), introduced=False, first_patience=1.0)
    assert payloads(taken_over(buffer, buffer.fresh(0.0), 0.0)) == [b"payload 0"]
    assert buffer.fresh(0.1) == []
    assert payloads(taken_over(buffer, buffer.overdue(1.5), 1.5)) == [b"payload 0"]
    buffer.settle([stored(0)], WALL)
    assert payloads(buffer.fresh(2.0)) == [b"payload 1", b"payload 2"]


def test_the_first_message_is_repeated_every_second_or_so_however_long_it_takes() -> None:
    buffer = with_messages(whole(0), introduced=False, first_patience=1.0)
    taken_over(buffer, buffer.fresh(0.0), 0.0)
    sends = sum(len(taken_over(buffer, buffer.overdue(n / 10), n / 10)) for n in range(1, 601))
    assert 45 <= sends <= 81


def test_a_device_that_was_answered_once_is_known_for_ever() -> None:
    shelf = Shelf()
    new_buffer(shelf)
    later = new_buffer(shelf, introduced=False)
    for number in range(3):
        later.add(whole(number), WALL)
    assert len(later.fresh(0.0)) == 3


def test_no_more_messages_are_in_flight_than_the_window_holds() -> None:
    buffer = with_messages(*map(whole, range(9)), window=4)
    assert len(taken_over(buffer, buffer.fresh(0.0), 0.0)) == 4
    assert buffer.fresh(1.0) == []
    buffer.settle([stored(2)], WALL)
    assert payloads(buffer.fresh(2.0)) == [b"payload 4"]


def test_no_more_is_on_the_wire_than_broker_and_line_take() -> None:
    buffer = with_messages(*map(whole, range(9)), on_wire=3, wire_bytes=25)
    first = buffer.fresh(0.0)
    assert payloads(first) == [b"payload 0", b"payload 1"], "three would be 27 bytes"
    buffer.flights.taken(first[0].number, 0.1)
    assert payloads(buffer.fresh(0.2)) == [b"payload 2"]
    buffer.flights.quota = 1
    taken_over(buffer, first, 0.3)
    assert buffer.fresh(0.4) == []


def test_a_message_that_is_larger_than_the_line_takes_goes_alone() -> None:
    buffer = with_messages(whole(0), whole(1), wire_bytes=5)
    assert payloads(taken_over(buffer, buffer.fresh(0.0), 0.0)) == [b"payload 0"]
    assert payloads(buffer.fresh(0.1)) == [b"payload 1"]


def resends(buffer: Buffer, seconds: int) -> list[float]:
    now, times = 0.0, []
    while now < seconds:
        now += 0.1
        if taken_over(buffer, buffer.overdue(now), now):
            times.append(now)
    return times


def test_what_is_not_answered_is_sent_again_ever_more_rarely() -> None:
    buffer = with_messages(whole(0), patience=5.0, longest_patience=60.0)
    taken_over(buffer, buffer.fresh(0.0), 0.0)
    times = resends(buffer, 600)
    waits = [after - before for before, after in zip([0.0, *times], times, strict=False)]
    assert 3.7 <= waits[0] <= 6.4
    assert all(wait <= 75.2 for wait in waits)
    assert 8 <= len(times) < 20


def test_what_is_still_on_its_way_to_the_broker_is_not_sent_on_top_of_itself() -> None:
    """A minute for 64 KiB is what a slow line takes."""
    buffer = with_messages(whole(0), patience=5.0)
    buffer.fresh(0.0)
    assert buffer.overdue(90.0) == []
    assert len(buffer.overdue(300.0)) == 1, "but a broker that forgets to acknowledge is not waited for for ever"


def test_after_a_broken_connection_everything_in_flight_is_due_at_once() -> None:
    buffer = with_messages(whole(0), whole(1))
    taken_over(buffer, buffer.fresh(0.0), 0.0)
    assert buffer.overdue(0.1) == []
    buffer.flights.broken()
    assert payloads(buffer.overdue(0.1)) == [b"payload 0", b"payload 1"]


def test_a_message_is_kept_until_the_last_of_its_readings_is_answered() -> None:
    buffer = with_messages(whole(0, 2))
    buffer.fresh(0.0)
    assert [one.done for one in buffer.settle([stored(0, 1)], WALL)] == [False]
    assert (len(buffer), buffer.readings) == (1, 1)
    assert [one.done for one in buffer.settle([stored(0, 0)], WALL)] == [True]
    assert (len(buffer), buffer.readings) == (0, 0)


def test_a_receipt_that_says_retry_ends_nothing_and_the_message_goes_out_again() -> None:
    buffer = with_messages(whole(0))
    taken_over(buffer, buffer.fresh(0.0), 0.0)
    assert buffer.settle([stored(0, retry=True)], WALL) == []
    assert len(buffer.overdue(20.0)) == 1


def test_a_receipt_for_another_time_is_ignored() -> None:
    buffer = with_messages(whole(0))
    buffer.fresh(0.0)
    assert buffer.settle([stored(0, measured_at="2026-01-05T07:00:01+00:00")], WALL) == []
    assert len(buffer) == 1


@pytest.mark.parametrize("sent", ["", None])
@pytest.mark.parametrize("answered", ["", None])
def test_no_time_is_answered_by_no_time_however_either_is_written(sent: str | None, answered: str | None) -> None:
    """A row with an empty time was once sent again for ever."""
    buffer = with_messages(Message("weight", b"{}", (("a", sent),), WALL))
    buffer.fresh(0.0)
    buffer.settle([Receipt("quarantined", False, id="a", measured_at=answered, code="decode.bad_time")], WALL)
    assert len(buffer) == 0


def test_what_has_no_id_is_answered_by_the_hash_of_its_message_and_its_place() -> None:
    buffer = with_messages(whole(0, 2, named=False))
    buffer.fresh(0.0)
    sha256 = hashlib.sha256(b"payload 0").hexdigest()
    for element in (0, 1):
        buffer.settle([Receipt("quarantined", False, message=sha256, element=element, code="decode.not_json")], WALL)
    assert len(buffer) == 0


def test_an_id_twice_in_one_array_takes_two_answers() -> None:
    name = ("a", AT.isoformat())
    buffer = with_messages(Message("weight", b"[]", (name, name), WALL))
    buffer.fresh(0.0)
    answer = Receipt("stored", False, id="a", measured_at=AT.isoformat())
    settled = [buffer.settle([answer], WALL) for _ in range(3)]
    assert [[one.element for one in ones] for ones in settled] == [[0], [1], []]


def test_a_late_receipt_does_not_end_what_was_not_sent_since() -> None:
    buffer = with_messages(whole(0))
    assert buffer.settle([stored(0)], WALL) == []
    assert payloads(buffer.fresh(0.0)) == [b"payload 0"]


@pytest.mark.parametrize(
    "payload",
    [b'{"id": 1}', b"\xff", b"[1]", b"[" * 100_000, b'[{"id": "a", "measured_at": null, "verdict": "stored"}]'],
)
def test_a_message_that_holds_no_receipts_is_ignored(payload: bytes) -> None:
    assert read_receipts(payload) == []


def test_a_reading_alone_is_sent_alone() -> None:
    buffer = new_buffer()
    buffer.take(weighing(), WALL)
    [flight] = buffer.fresh(0.0)
    assert json.loads(flight.message.payload)["seq"] == 1


def test_a_backlog_is_sent_in_arrays_by_measure_in_the_order_it_was_taken() -> None:
    buffer = new_buffer()
    for number in range(1201):
        buffer.take(weighing(number), WALL)
        if number % 3 == 0:
            buffer.take(Reading("glucose", {"glucose": (90, "mg/dL")}, AT), WALL)
    sent = []
    while flights := taken_over(buffer, buffer.fresh(0.0), 0.0):
        for flight in flights:
            sent.append((flight.message.measure, [body["seq"] for body in json.loads(flight.message.payload)]))
            assert len(flight.message.payload) <= 64 * 1024
            assert 1 < len(flight.message.names) <= 500
            buffer.settle(answers_to(flight.message.payload), WALL)
    by_measure = {measure: [n for one, seqs in sent if one == measure for n in seqs] for measure, _ in sent}
    assert {len(seqs) for seqs in by_measure.values()} == {1201, 401}
    assert all(seqs == sorted(seqs) for seqs in by_measure.values())
    assert len(buffer) == buffer.readings == 0


def test_an_array_once_sent_stays_as_it_is_when_more_is_taken_and_the_process_starts_again() -> None:
    shelf = Shelf()
    buffer = new_buffer(shelf)
    for number in range(5):
        buffer.take(weighing(number), WALL)
    [before] = payloads(buffer.fresh(0.0))
    later = new_buffer(shelf, introduced=False)
    later.take(weighing(5), WALL)
    assert payloads(later.fresh(0.0))[0] == before
    assert later.readings == 6
