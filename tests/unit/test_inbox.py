"""What waits between the network thread and the writer: in order, and never more than there is room for."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from ingest.delivery import Delivery, handed_over
from ingest.inbox import Inbox

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
Spawn = Callable[[Callable[[], object]], Thread]


def delivery(n: int = 0, size: int = 1) -> Delivery:
    return handed_over("hearthline/v1/up/cuff-0001/weight", b"x" * size, NOW + timedelta(seconds=n), (1, n))


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Runs something in a thread of its own, which must end with the test."""
    threads: list[Thread] = []

    def start(act: Callable[[], object]) -> Thread:
        threads.append(Thread(target=act, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def is_stuck(thread: Thread) -> bool:
    thread.join(0.05)
    return thread.is_alive()


def test_what_came_first_is_taken_first_and_never_more_than_asked() -> None:
    inbox, sent = Inbox(), [delivery(n) for n in range(5)]
    for each in sent:
        inbox.put(each)
    assert len(inbox) == 5
    assert inbox.take(3, 0) == sent[:3]
    assert inbox.take(3, 0) == sent[3:]
    assert len(inbox) == 0


def test_an_empty_inbox_answers_after_its_patience() -> None:
    begun = time.monotonic()
    assert Inbox().take(10, 0.05) == []
    assert 0.04 < time.monotonic() - begun < 2


def test_who_waits_gets_what_comes(spawn: Spawn) -> None:
    inbox, got = Inbox(), list[list[Delivery]]()
    waiting = spawn(lambda: got.append(inbox.take(10, 5)))
    assert is_stuck(waiting)
    one = delivery()
    inbox.put(one)
    waiting.join(2)
    assert got == [[one]]


@pytest.mark.parametrize("inbox", [Inbox(capacity=2), Inbox(most_bytes=20)], ids=["count", "bytes"])
def test_the_broker_waits_while_there_is_no_room(inbox: Inbox, spawn: Spawn) -> None:
    for n in range(2):
        inbox.put(delivery(n, size=10))
    third = spawn(lambda: inbox.put(delivery(2, size=10)))
    assert is_stuck(third)
    assert len(inbox) == 2
    assert len(inbox.take(1, 0)) == 1
    third.join(2)
    assert [each.token for each in inbox.take(9, 0)] == [(1, 1), (1, 2)]


def test_room_is_counted_again_from_nothing_when_all_was_taken(spawn: Spawn) -> None:
    inbox = Inbox(most_bytes=20)
    for _ in range(5):
        inbox.put(delivery(size=15))
        assert len(inbox.take(9, 0)) == 1


def test_a_delivery_larger_than_the_room_goes_in_alone(spawn: Spawn) -> None:
    inbox = Inbox(most_bytes=10)
    inbox.put(delivery(0, size=100))
    second = spawn(lambda: inbox.put(delivery(1, size=1)))
    assert is_stuck(second)
    inbox.take(1, 0)
    second.join(2)
    assert len(inbox) == 1


def test_a_closed_inbox_takes_nothing_and_lets_everybody_go(spawn: Spawn) -> None:
    inbox = Inbox(capacity=1)
    inbox.put(delivery(0))
    putting = spawn(lambda: inbox.put(delivery(1)))
    assert is_stuck(putting)
    inbox.close()
    putting.join(2)
    inbox.put(delivery(2))
    assert [each.token for each in inbox.take(9, 5)] == [(1, 0)]
    assert inbox.take(9, 5) == []


def test_who_waits_for_a_first_delivery_is_let_go_by_the_end(spawn: Spawn) -> None:
    inbox, got = Inbox(), list[list[Delivery]]()
    waiting = spawn(lambda: got.append(inbox.take(9, 30)))
    assert is_stuck(waiting)
    inbox.close()
    waiting.join(2)
    assert got == [[]]


def test_the_oldest_is_the_one_that_waits_longest() -> None:
    inbox = Inbox()
    assert inbox.oldest() is None
    inbox.put(delivery(3))
    inbox.put(delivery(4))
    assert inbox.oldest() == NOW + timedelta(seconds=3)
    inbox.take(1, 0)
    assert inbox.oldest() == NOW + timedelta(seconds=4)


def test_nothing_is_lost_between_a_fast_sender_and_a_slow_taker(spawn: Spawn) -> None:
    inbox, got = Inbox(capacity=7, most_bytes=50), list[int]()
    sender = spawn(lambda: [inbox.put(delivery(n, size=1 + n % 20)) for n in range(2000)])
    while len(got) < 2000:
        batch = inbox.take(5, 2)
        assert batch
        got += [each.token[1] for each in batch]
    sender.join(2)
    assert got == list(range(2000))


def test_a_backlog_that_drains_steadily_is_one_until_it_is_gone() -> None:
    inbox = Inbox()
    assert inbox.busy_for() is None
    for n in range(300):
        inbox.put(delivery(n))
    seen = []
    for _ in range(3):
        inbox.take(100, 0)
        seen.append(inbox.busy_for())
    assert None not in seen, "the broker may send the next hundred only after these are acknowledged"
    assert seen == sorted(seen, key=lambda each: each or timedelta())
    assert inbox.take(100, 0) == []
    assert inbox.busy_for() is None


def test_a_trickle_is_no_backlog() -> None:
    inbox = Inbox()
    for n in range(3):
        inbox.put(delivery(n))
        assert inbox.busy_for() is not None
        inbox.take(100, 0)
        assert inbox.busy_for() is None
