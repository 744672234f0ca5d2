"""A device keeps a reading until it was finally answered, whatever happens to receipts, connection and process."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.buffer import Buffer
from device.flights import Flight
from device.message import Message
from device.readings import Reading
from device.receipts import Receipt, read_receipts
from device.shelf import Shelf
from device.timing import Timing

DEVICE = "scale-0001"
AT = datetime(2026, 1, 5, 7, tzinfo=UTC)
WALL = AT.timestamp()


def weighing(number: int = 0) -> Reading:
    return Reading("weight", {"weight": (70 + number, "kg")}, AT + timedelta(minutes=number))


def whole(number: int, elements: int = 1, *, named: bool = True) -> Message:
    """A message that its maker put together."""
    names = [(f"{number}-{element}", AT.isoformat()) if named else None for element in range(elements)]
    return Message("weight", f"payload {number}".encode(), tuple(names), WALL + number)


def stored(number: int, element: int = 0, *, retry: bool = False, measured_at: str | None = AT.isoformat()) -> Receipt:
    return Receipt("stored", retry, id=f"{number}-{element}", measured_at=measured_at)


def answers_to(payload: bytes) -> list[Receipt]:
    parsed = json.loads(payload)
    bodies = parsed if isinstance(parsed, list) else [parsed]
    return [Receipt("stored", False, id=body["id"], measured_at=body["measured_at"]) for body in bodies]


def new_buffer(shelf: Shelf | None = None, *, introduced: bool = True, **timing: Any) -> Buffer:
    """When `introduced`, a message was sent and answered before."""
    buffer = Buffer(DEVICE, shelf or Shelf(), "BOOT0001", Random(1), Timing(**timing))
    if introduced:
        buffer.add(whole(999), WALL)
        buffer.fresh(0.0)
        buffer.settle([stored(999)], WALL)
    return buffer


def with_messages(*messages: Message, introduced: bool = True, **timing: Any) -> Buffer:
    buffer = new_buffer(introduced=introduced, **timing)
    for message in messages:
        buffer.add(message, WALL)
    return buffer


def payloads(flights: list[Flight]) -> list[bytes]:
    return [flight.message.payload for flight in flights]


def taken_over(buffer: Buffer, flights: list[Flight], now: float) -> list[Flight]:
    """The broker acknowledges them."""
    for flight in flights:
        buffer.flights.taken(flight.number, now)
    return flights


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


def test_what_was_answered_is_sent_again_byte_for_byte_when_asked_for() -> None:
    buffer = new_buffer()
    for number in range(3):
        buffer.take(weighing(number), WALL)
    [first] = payloads(buffer.fresh(0.0))
    buffer.settle(answers_to(first), WALL)
    buffer.resend_since(WALL - 60, "prompt-1")
    assert buffer.readings == 4, "with the one that introduced it"
    assert sorted(payloads(buffer.fresh(1.0))) == sorted([b"payload 999", first])


@pytest.mark.parametrize(
    ("measured", "answered", "comes"),
    [(10, 10, True), (-10, 10, True), (-10, -10, False), (10, -10, True), (-10, -1e9, True)],
    ids=["after", "measured before, answered after", "before", "measured ahead", "answered by a clock never set"],
)
def test_sending_again_covers_all_that_the_record_may_have_lost(
    measured: float, answered: float, *, comes: bool
) -> None:
    """What was answered after the backup was made is lost with it, however long before it was measured."""
    buffer = with_messages(Message("weight", b"{}", (("a", None),), WALL + measured), introduced=False)
    buffer.fresh(0.0)
    buffer.settle([Receipt("stored", False, id="a")], WALL + answered)
    buffer.resend_since(WALL, "prompt-1")
    assert (len(buffer) == 1) == comes


def test_a_prompt_is_followed_once_however_often_it_comes_also_after_a_restart() -> None:
    shelf = Shelf()
    buffer = new_buffer(shelf)
    for _ in range(2):
        buffer.resend_since(0.0, "prompt-1")
    assert buffer.readings == 1
    buffer.fresh(0.0)
    buffer.settle([stored(999)], WALL)
    later = new_buffer(shelf, introduced=False)
    later.resend_since(0.0, "prompt-1")
    assert later.readings == 0
    later.resend_since(0.0, "prompt-2")
    assert later.readings == 1


EVENTS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 4)),
    st.tuples(st.just("answer"), st.integers(0, 30)),
    st.tuples(st.just("retry"), st.integers(0, 30)),
    st.tuples(st.just("forge"), st.integers(0, 30)),
    st.tuples(st.just("break"), st.just(0)),
    st.tuples(st.just("acknowledge"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 100)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("resend"), st.just(0)),
)


class World:
    """A device and a list kept beside it. `unanswered` are readings that were taken and never finally answered;
    `texts` is what was sent of each reading, `messages` what was sent under each number."""

    def __init__(self, window: int) -> None:
        self.shelf, self.window, self.now, self.starts = Shelf(), window, 0.0, 0
        self.taken: list[str] = []
        self.unanswered: set[str] = set()
        self.texts: dict[str, set[str]] = {}
        self.messages: dict[int, set[bytes]] = {}
        self.restart()

    def restart(self) -> None:
        self.starts += 1
        self.buffer = Buffer(DEVICE, self.shelf, f"BOOT{self.starts:04}", Random(7), Timing(window=self.window))

    def do(self, name: str, number: int) -> None:
        deeds = {"take": self.take, "wait": self.wait, "acknowledge": self.acknowledge, "resend": self.resend}
        if name in deeds:
            deeds[name](number)
        elif name == "restart":
            self.restart()
        elif name == "break":
            self.buffer.flights.broken()
        elif self.taken:
            self.hear(name, self.taken[number % len(self.taken)])
        self.send()

    def take(self, count: int) -> None:
        for _ in range(count):
            self.taken.append(self.buffer.take(weighing(len(self.taken)), WALL))
            self.unanswered.add(self.taken[-1])

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def acknowledge(self, _: int) -> None:
        for one in self.messages:
            self.buffer.flights.taken(one, self.now)

    def resend(self, _: int) -> None:
        self.buffer.resend_since(0.0, f"prompt {len(self.taken)}")

    def hear(self, name: str, reading: str) -> None:
        """Receipts that never come need no event; those that come twice or late are drawn again later."""
        if reading in self.texts:
            body = json.loads(next(iter(self.texts[reading])))
            at = "x" if name == "forge" else body["measured_at"]
            self.buffer.settle([Receipt("stored", name == "retry", id=reading, measured_at=at)], WALL)
            if name == "answer":
                self.unanswered.discard(reading)

    def send(self) -> None:
        for flight in [*self.buffer.fresh(self.now), *self.buffer.overdue(self.now)]:
            self.messages.setdefault(flight.number, set()).add(flight.message.payload)
            for name, text in elements(flight.message.payload):
                self.texts.setdefault(name, set()).add(text)


def elements(payload: bytes) -> Iterator[tuple[str, str]]:
    """Each reading with its exact text: the bodies hold no text with a brace or a bracket in it."""
    parts = payload.decode().removeprefix("[").removesuffix("]").replace('}},{"id"', '}}\n{"id"').splitlines()
    yield from ((json.loads(part)["id"], part) for part in parts)


@given(st.lists(EVENTS, max_size=60), st.integers(1, 5))
def test_no_reading_is_let_go_before_its_receipt_and_all_are_sent_in_the_end_each_with_the_same_bytes(
    events: list[tuple[str, int]], window: int
) -> None:
    world = World(window)
    for name, number in events:
        world.do(name, number)
        assert len(world.unanswered) <= world.buffer.readings <= len(world.taken)
    for _ in range(len(world.taken) + 1):
        for reading in list(world.texts):
            world.hear("answer", reading)
        world.do("acknowledge", 0)
    assert len(world.buffer) == world.buffer.readings == len(world.unanswered) == 0
    assert set(world.texts) == set(world.taken)
    assert all(len(sent) == 1 for sent in [*world.texts.values(), *world.messages.values()])
    bodies = [json.loads(text) for name in world.taken for text in world.texts[name]]
    assert [body["seq"] for body in bodies] == list(range(1, len(world.taken) + 1))
