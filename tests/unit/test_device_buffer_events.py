"""Whatever happens to a device in whatever order, no reading is let go before its receipt."""

import json
from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from device.buffer import Buffer
from device.receipts import Receipt
from device.shelf import Shelf
from device.timing import Timing
from tests.support.buffers import DEVICE, WALL, weighing

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
