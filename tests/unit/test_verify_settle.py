"""`verify` waits until nothing is under way: no verdict in the middle of the work, and no waiting for the dead."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from hearthline.verify.settle import settle
from models.engine import open_writer
from models.queue import LookAgain, enqueue
from models.tables import Base, Evaluation, Message, Process
from tests.support import lives

T0 = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Time:
    """A clock that moves only when somebody waits; `then` is what happens while they do."""

    def __init__(self) -> None:
        self.now, self.then = T0, lambda: None

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.then()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    engine = open_writer(sqlite_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def live(database: Engine, at: datetime, oldest_waiting: datetime | None = None) -> None:
    with database.begin() as connection:
        lives.live(connection, now=at, oldest_waiting=oldest_waiting)


def plan(database: Engine, due_at: datetime) -> None:
    with Session(database) as session, session.begin():
        enqueue(session, [LookAgain("pt-ann", "weight", T0, due_at, "timer")])


def test_without_an_ingest_there_is_nothing_to_wait_for(database: Engine, time: Time) -> None:
    plan(database, T0)
    note = settle(database, 90, clock=time.clock, wait=time.wait)
    assert (time.now, note) == (T0, "no ingest is running: judging what is there")


def test_an_ingest_that_is_silent_for_longer_than_ten_seconds_is_taken_for_dead(database: Engine, time: Time) -> None:
    live(database, T0 - timedelta(seconds=11))
    note = settle(database, 90, clock=time.clock, wait=time.wait)
    assert (time.now, note) == (T0, "no ingest is running: judging what is there")


def test_two_quiet_looks_in_a_row_are_enough(database: Engine, time: Time) -> None:
    live(database, T0)
    plan(database, T0 + timedelta(hours=1))
    assert settle(database, 90, clock=time.clock, wait=time.wait) is None
    assert timedelta() < time.now - T0 <= timedelta(seconds=1)


def test_an_evaluation_that_is_due_within_a_minute_is_waited_for(database: Engine, time: Time) -> None:
    live(database, T0)
    plan(database, T0 + timedelta(seconds=59))

    def work() -> None:
        live(database, time.now)
        with database.begin() as connection:
            connection.execute(delete(Evaluation).where(Evaluation.due_at <= time.now))

    time.then = work
    assert settle(database, 90, clock=time.clock, wait=time.wait) is None
    assert time.now - T0 >= timedelta(seconds=59)


def test_messages_that_ingest_still_holds_are_waited_for(database: Engine, time: Time) -> None:
    live(database, T0, oldest_waiting=T0)

    def work() -> None:
        if time.now > T0 + timedelta(seconds=5):
            with database.begin() as connection:
                connection.execute(update(Process).values(oldest_waiting=None))

    time.then = work
    assert settle(database, 90, clock=time.clock, wait=time.wait) is None
    assert time.now - T0 >= timedelta(seconds=5)


def test_as_long_as_messages_arrive_it_is_not_quiet(database: Engine, time: Time) -> None:
    live(database, T0)

    def work() -> None:
        live(database, time.now)
        if time.now < T0 + timedelta(seconds=3):
            with Session(database) as session, session.begin():
                session.add(message(time.now))

    time.then = work
    assert settle(database, 90, clock=time.clock, wait=time.wait) is None
    assert time.now - T0 >= timedelta(seconds=3)


def message(at: datetime) -> Message:
    return Message(
        id=uuid4(), topic="hearthline/v1/up/scale-001/weight", device_id="scale-001", received_at=at, stored_at=at,
        sha256="0" * 64, size=1, elements=1, stored=1, duplicate=0, quarantined=0, noted=0,
    )  # fmt: skip


def test_the_waiting_ends_and_says_so(database: Engine, time: Time) -> None:
    live(database, T0)
    plan(database, T0)
    time.then = lambda: live(database, time.now)
    note = settle(database, 20, clock=time.clock, wait=time.wait)
    assert note == "not quiet after 20 s (1 evaluations due): judging what is there"
    assert timedelta(seconds=20) <= time.now - T0 < timedelta(seconds=21)
