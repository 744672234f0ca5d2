"""Buffer and connection brought together: what breaks on the way is sent again on the next connection."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from device.buffer import Buffer
from device.courier import Courier
from device.flights import Answered, Flight
from device.mqtt import Heard, Taken
from device.prompts import Prompt
from device.readings import Reading
from device.shelf import Shelf
from device.timing import Timing

READ = 1
TIMING = Timing(retry=4.0, patience=10.0, keep_alive=20)


@dataclass(slots=True)
class Line:
    """A broker at the end of a wire, without either: a test says what becomes of the connection."""

    ready: bool = False
    alive: bool = False
    quota: int = 0xFFFF
    trouble: str | None = None
    away: bool = False
    opened: int = 0
    sent: list[bytes] = field(default_factory=list)
    news: list[Heard | Taken] = field(default_factory=list)

    def open(self) -> None:
        self.opened += 1
        if self.away:
            raise ConnectionRefusedError("nobody there")
        self.alive = True

    def publish(self, _leaf: str, payload: bytes) -> int | None:
        if not self.alive:
            return None
        self.sent.append(payload)
        return len(self.sent)

    def serve(self, _events: int) -> list[Heard | Taken]:
        news, self.news = self.news, []
        return news

    def cut(self) -> None:
        self.alive = self.ready = False

    def keep(self) -> None: ...
    def settle_interest(self) -> None: ...

    close = cut


class Home:
    """A courier on such a line, and what it was told."""

    def __init__(self, seed: int = 2) -> None:
        self.line, self.told = Line(), list[str]()
        self.buffer = Buffer("scale-0001", Shelf(), "BOOT0001", Random(1), TIMING)
        self.courier = Courier(lambda _: self.line, self.buffer, self, Random(seed), TIMING)  # type: ignore[arg-type]

    def published(self, flight: Flight) -> None:
        self.told.append(f"published {flight.number}")

    def answered(self, answered: Answered) -> None:
        self.told.append(f"answered {answered.receipt.id}")

    def prompted(self, prompt: Prompt) -> None:
        self.told.append(f"prompted {prompt.kind}")

    def take(self) -> str:
        return self.buffer.take(Reading("weight", {"weight": (70, "kg")}, datetime(2026, 1, 5, tzinfo=UTC)), 0.0)

    def connect(self, now: float) -> None:
        self.courier.tick(now)
        assert self.line.alive
        self.line.ready = True

    def hear(self, *news: Heard | Taken, now: float) -> None:
        self.line.news += news
        self.courier.serve(READ, now, now)

    def answer(self, now: float) -> None:
        for payload in self.line.sent:
            body = json.loads(payload)
            receipt = {"id": body["id"], "measured_at": body["measured_at"], "verdict": "stored", "retry": False}
            self.hear(Heard("receipts", json.dumps([receipt]).encode()), now=now)


def test_a_device_connects_at_once_and_sends_what_it_has() -> None:
    home = Home()
    name = home.take()
    home.connect(0.0)
    home.courier.pump(0.1)
    home.answer(0.2)
    assert home.told == ["published 1", f"answered {name}"]


def test_a_connection_that_breaks_before_the_next_look_at_the_clock_is_noticed() -> None:
    """What was published in between once waited for minutes for an acknowledgement that could not come."""
    home = Home()
    home.take()
    home.connect(0.0)
    home.courier.pump(0.1)
    home.line.cut()
    home.courier.tick(0.2)
    home.connect(10.0)
    home.courier.tick(10.1)
    assert len(home.line.sent) == 2
    assert home.line.sent[0] == home.line.sent[1]


def test_a_broker_that_is_away_is_tried_ever_more_rarely_and_named() -> None:
    home = Home()
    home.line.away = True
    for tenth in range(6000):
        home.courier.tick(tenth / 10)
    assert 600 / TIMING.longest_retry <= home.line.opened <= 50
    assert home.courier.trouble == "no connection to the broker: nobody there"


def test_after_a_lost_connection_the_first_pause_is_jittered_too() -> None:
    pauses = []
    for seed in range(50):
        home = Home(seed)
        home.connect(0.0)
        home.courier.pump(0.1)
        home.line.cut()
        home.courier.tick(1.0)
        pauses.append(home.courier.next_tick(1.0) - 1.0)
    assert min(pauses) < 0.5
    assert 3.5 < max(pauses) <= 4.0


def test_a_device_sleeps_until_something_is_due() -> None:
    home = Home()
    home.take()
    assert home.courier.next_tick(0.0) == 0.0
    home.connect(0.0)
    home.courier.tick(0.0)
    assert home.courier.next_tick(0.0) == 1.0, "a look at the keep-alive"


def test_a_connection_that_is_never_completed_is_given_up() -> None:
    home = Home()
    home.courier.tick(0.0)
    home.courier.tick(29.0)
    assert home.line.alive
    home.courier.tick(31.0)
    assert home.line.opened == 2
    assert home.courier.trouble == "the broker did not answer the connection"


def test_no_more_is_sent_at_once_than_the_broker_says_it_takes() -> None:
    home = Home()
    home.take()
    home.line.quota = 2
    home.connect(0.0)
    home.courier.pump(0.0)
    home.answer(0.1)
    home.line.sent.clear()
    for number in range(5):
        home.take()
        home.courier.pump(number)
    assert len(home.line.sent) == 2
    home.hear(Taken(1), now=5.0)
    home.courier.pump(6.0)
    assert len(home.line.sent) == 3


def test_out_of_reach_it_tries_nothing_and_back_in_reach_it_connects() -> None:
    home = Home()
    home.connect(0.0)
    home.courier.go()
    for second in range(100):
        home.courier.tick(float(second))
    assert home.line.opened == 1
    home.courier.come_back()
    home.courier.tick(100.0)
    assert home.line.opened == 2


def test_only_the_latest_status_is_said_and_only_once() -> None:
    home = Home()
    home.courier.beat(b"old")
    home.courier.beat(b"new")
    home.connect(0.0)
    home.courier.pump(0.1)
    home.courier.pump(0.2)
    assert home.line.sent == [b"new"]
