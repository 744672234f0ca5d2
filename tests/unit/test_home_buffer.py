"""A device keeps an upload until every reading in it was finally answered, whatever happens to the receipts."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.buffer import WINDOW, Buffer, Waiting, waiting
from simulators.plan import Taken, Upload
from simulators.receipts import Receipt, read_receipts

AT = datetime(2026, 1, 5, 7, tzinfo=UTC)
SENT_AT = "2026-01-05T07:00:00+00:00"


def taken(name: str | None) -> Taken:
    return Taken("p", "device-01", "weight", name, name and SENT_AT, AT, {}, {}, (), "stored", ())


def upload(number: int, readings: int = 1, *, named: bool = True) -> Upload:
    names = [f"{number}-{element}" if named else None for element in range(readings)]
    return Upload("device-01", "weight", AT, f"payload {number}".encode(), tuple(map(taken, names)))


def sha256(number: int) -> str:
    return hashlib.sha256(f"payload {number}".encode()).hexdigest()


def stored(number: int, element: int = 0, *, retry: bool = False, measured_at: str = SENT_AT) -> Receipt:
    return Receipt("stored", retry, id=f"{number}-{element}", measured_at=measured_at)


def buffer_with(*uploads: Upload, window: int = WINDOW, introduced: bool = True) -> Buffer:
    """When `introduced`, an upload number 999 was sent and answered before."""
    buffer = Buffer(Random(1), window)
    if introduced:
        buffer.take(waiting(999, upload(999)))
        buffer.fresh(0.0)
        buffer.settle(stored(999))
    for number, one in enumerate(uploads):
        buffer.take(waiting(number, one))
    return buffer


def numbers(entries: list[Waiting]) -> list[int]:
    return [entry.number for entry in entries]


def test_a_device_sends_nothing_else_until_its_first_upload_is_answered() -> None:
    buffer = buffer_with(upload(0), upload(1), upload(2), introduced=False)
    assert numbers(buffer.fresh(0.0)) == [0]
    assert numbers(buffer.fresh(0.1)) == []
    assert numbers(buffer.overdue(1.5)) == [0]
    buffer.settle(stored(0))
    assert numbers(buffer.fresh(2.0)) == [1, 2]


def test_the_first_upload_is_repeated_every_second_or_so_however_long_it_takes() -> None:
    buffer = buffer_with(upload(0), introduced=False)
    buffer.fresh(0.0)
    sends = sum(len(buffer.overdue(tenth / 10)) for tenth in range(1, 601))
    assert 45 <= sends <= 81


def test_no_more_uploads_are_in_flight_than_the_window_holds() -> None:
    buffer = buffer_with(*(upload(n) for n in range(9)), window=4)
    assert numbers(buffer.fresh(0.0)) == [0, 1, 2, 3]
    assert numbers(buffer.fresh(1.0)) == []
    buffer.settle(stored(2))
    assert numbers(buffer.fresh(2.0)) == [4]


def test_what_is_not_answered_is_sent_again_ever_more_rarely() -> None:
    buffer = buffer_with(upload(0))
    buffer.fresh(0.0)
    times = [tenth / 10 for tenth in range(1, 6000) if buffer.overdue(tenth / 10)]
    waits = [after - before for before, after in zip([0.0, *times], times, strict=False)]
    assert 3.7 <= waits[0] <= 6.4
    assert all(wait <= 75.1 for wait in waits)
    assert len(times) < 20


def test_after_a_broken_connection_everything_in_flight_is_due_at_once() -> None:
    buffer = buffer_with(upload(0), upload(1))
    buffer.fresh(0.0)
    assert numbers(buffer.overdue(0.1)) == []
    buffer.forget_sends()
    assert numbers(buffer.overdue(0.1)) == [0, 1]


def test_an_upload_is_kept_until_the_last_of_its_readings_is_answered() -> None:
    buffer = buffer_with(upload(0, readings=2))
    buffer.fresh(0.0)
    buffer.settle(stored(0, element=1))
    assert len(buffer) == 1
    buffer.settle(stored(0, element=0))
    assert len(buffer) == 0


def test_a_receipt_that_says_retry_ends_nothing() -> None:
    buffer = buffer_with(upload(0))
    buffer.fresh(0.0)
    assert buffer.settle(stored(0, retry=True)) is None
    assert len(buffer) == 1


def test_a_receipt_for_another_time_is_ignored() -> None:
    buffer = buffer_with(upload(0))
    buffer.fresh(0.0)
    assert buffer.settle(stored(0, measured_at="2026-01-05T07:00:01+00:00")) is None
    assert len(buffer) == 1


@pytest.mark.parametrize("sent", ["", None])
@pytest.mark.parametrize("answered", ["", None])
def test_no_time_is_answered_by_no_time_however_either_is_written(sent: str | None, answered: str | None) -> None:
    """A row with an empty time was once sent again for ever."""
    timeless = replace(taken("a"), measured_at=sent)
    buffer = buffer_with(Upload("device-01", "weight", AT, b"{}", (timeless,)))
    buffer.fresh(0.0)
    buffer.settle(Receipt("quarantined", False, id="a", measured_at=answered, code="decode.bad_time"))
    assert len(buffer) == 0


def test_what_has_no_id_is_answered_by_the_hash_of_its_message_and_its_place() -> None:
    buffer = buffer_with(upload(0, readings=2, named=False))
    buffer.fresh(0.0)
    for element in (0, 1):
        buffer.settle(Receipt("quarantined", False, message=sha256(0), element=element, code="decode.not_json"))
    assert len(buffer) == 0


def test_an_id_twice_in_one_array_takes_two_answers() -> None:
    twice = Upload("device-01", "weight", AT, b"[]", (taken("a"), taken("a")))
    buffer = buffer_with(twice)
    buffer.fresh(0.0)
    answer = Receipt("stored", False, id="a", measured_at=SENT_AT)
    settled = [buffer.settle(answer) for _ in range(3)]
    assert [one and one[1] for one in settled] == [0, 1, None]


def test_a_late_receipt_does_not_end_what_was_not_sent_since() -> None:
    buffer = buffer_with(upload(0))
    assert buffer.settle(stored(0)) is None
    assert numbers(buffer.fresh(0.0)) == [0]


def test_a_message_that_holds_no_receipts_is_ignored() -> None:
    assert read_receipts(b'{"id": 1}') == []
    assert read_receipts(b"\xff") == []
    assert read_receipts(b'[{"id": "a", "measured_at": null, "verdict": "stored"}]') == []


EVENTS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("answer"), st.integers(0, 30), st.integers(0, 2)),
    st.tuples(st.just("retry"), st.integers(0, 30), st.integers(0, 2)),
    st.tuples(st.just("forge"), st.integers(0, 30), st.integers(0, 2)),
    st.tuples(st.just("break"), st.just(0), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 100), st.just(0)),
)


class World:
    """A buffer, what it sent, and which of its readings were finally answered after they were sent."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.buffer = Buffer(Random(7), window)
        self.uploads: list[Upload] = []
        self.sent: dict[int, set[bytes]] = {}
        self.answered: dict[int, set[int]] = {}
        self.now = 0.0

    def do(self, event: tuple[str, int, int]) -> None:
        name, number, more = event
        if name == "take":
            self.uploads.append(upload(len(self.uploads), readings=number, named=bool(more)))
            self.buffer.take(waiting(len(self.uploads) - 1, self.uploads[-1]))
        elif name == "wait":
            self.now += number
        elif name == "break":
            self.buffer.forget_sends()
        elif number in self.sent and more < len(self.uploads[number].readings):
            self.hear(name, number, more)
        self.send()

    def send(self) -> None:
        for entry in [*self.buffer.fresh(self.now), *self.buffer.overdue(self.now)]:
            self.sent.setdefault(entry.number, set()).add(entry.upload.payload)

    def hear(self, name: str, number: int, element: int) -> None:
        """Receipts that never come need no event; those that come twice or late are drawn again later."""
        told = self.uploads[number].readings[element]
        if told.id is None:
            message = "0" * 64 if name == "forge" else sha256(number)
            receipt = Receipt("stored", name == "retry", message=message, element=element)
        else:
            receipt = stored(number, element, retry=name == "retry", measured_at="x" if name == "forge" else SENT_AT)
        self.buffer.settle(receipt)
        if name == "answer":
            self.answered.setdefault(number, set()).add(element)

    def kept(self) -> set[int]:
        return {n for n, one in enumerate(self.uploads) if len(self.answered.get(n, ())) < len(one.readings)}


@given(st.lists(EVENTS, max_size=80), st.integers(1, 5))
def test_an_upload_leaves_the_buffer_with_final_receipts_for_all_its_readings_and_not_before(
    events: list[tuple[str, int, int]], window: int
) -> None:
    world = World(window)
    for event in events:
        world.do(event)
        assert len(world.buffer) == len(world.kept())


@given(st.lists(EVENTS, max_size=80), st.integers(1, 5))
def test_every_send_of_an_upload_is_byte_identical_and_everything_is_sent_in_the_end(
    events: list[tuple[str, int, int]], window: int
) -> None:
    world = World(window)
    for event in events:
        world.do(event)
    for _ in range(len(world.uploads) + 1):
        for number in list(world.sent):
            for element in range(len(world.uploads[number].readings)):
                world.hear("answer", number, element)
        world.send()
    assert len(world.buffer) == 0
    assert world.sent == {number: {one.payload} for number, one in enumerate(world.uploads)}
