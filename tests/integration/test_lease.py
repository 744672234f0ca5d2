"""The lease on a slot: held by one, renewed by its holder, taken over when nobody renews it, by whoever is first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ingest.holder import is_gone, name_holder
from ingest.lease import KIND, Lease, LeaseLostError, SlotHeldError, Stillness, Wait, steady_seconds, take_slot
from models.engine import open_writer
from models.life import Standing, is_behind, list_standings
from tests.support.gates import gate_at_commit

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LENGTH = 8.0
ELSEWHERE = "elsewhere:1:"


@pytest.fixture
def writer(database_url: str) -> Iterator[Engine]:
    engine = open_writer(database_url)
    yield engine
    engine.dispose()


class Steady:
    """A clock that never steps, and goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def steady() -> Steady:
    return Steady()


def standing(writer: Engine, slot: int = 0) -> Standing | None:
    with writer.connect() as connection:
        return list_standings(connection, KIND).get(slot)


def taken(writer: Engine, now: datetime = NOW, steady: Callable[[], float] = steady_seconds) -> Lease:
    lease = take_slot(writer, 0, standing(writer), LENGTH, now, steady)
    assert lease is not None
    return lease


def wait(writer: Engine, steady: Steady, *, standby: bool = False) -> Wait:
    return Wait(writer, 0, LENGTH, lambda: NOW, standby, Stillness(2.0, steady))


def make_foreign(writer: Engine, lease: Lease) -> None:
    """Held from another machine, so that nobody here can know whether its process lives."""
    with writer.begin() as connection:
        connection.exec_driver_sql(f"UPDATE process SET holder = '{ELSEWHERE}'")
    lease.holder = ELSEWHERE


def test_a_slot_is_taken_by_exactly_one_of_many(writer: Engine) -> None:
    for before in (None, "left"):
        ready, seen = Barrier(6), standing(writer)
        assert (seen is None) == (before is None)

        def grab() -> Lease | None:
            ready.wait(10)  # noqa: B023
            return take_slot(writer, 0, seen, LENGTH, NOW)  # noqa: B023

        with ThreadPoolExecutor(6) as pool:
            got = [each.result(20) for each in [pool.submit(grab) for _ in range(6)]]
        [lease] = filter(None, got)
        lease.leave(writer, NOW)


def test_who_renews_keeps_it_and_who_was_replaced_learns_by_whom(writer: Engine) -> None:
    first = taken(writer)
    first.renew(writer, NOW + timedelta(seconds=1), None)
    second = taken(writer)
    with pytest.raises(LeaseLostError, match="taken over by process"):
        first.renew(writer, NOW, None)
    with pytest.raises(LeaseLostError), writer.begin() as connection:
        first.fence(connection)
    with writer.begin() as connection:
        second.fence(connection)
    second.leave(writer, NOW)
    with pytest.raises(LeaseLostError, match="left again"):
        second.renew(writer, NOW, None)


def test_who_lost_it_frees_nothing(writer: Engine) -> None:
    first, second = taken(writer), taken(writer)
    first.leave(writer, NOW)
    first.retire(writer)
    second.renew(writer, NOW, None)


def test_a_slot_is_not_taken_over_inside_the_batch_of_its_holder(writer: Engine) -> None:
    first = taken(writer)
    with ThreadPoolExecutor(1) as pool, gate_at_commit(writer) as gate:

        def batch() -> None:
            with writer.begin() as connection:
                first.fence(connection)

        storing = pool.submit(batch)
        gate.wait_for_arrival()
        if writer.dialect.name == "postgresql":
            seen = standing(writer)
            with ThreadPoolExecutor(1) as other:
                taking = other.submit(take_slot, writer, 0, seen, LENGTH, NOW)
                with pytest.raises(TimeoutError):
                    taking.result(0.3)
                gate.open()
                assert taking.result(10) is not None
        gate.open()
        storing.result(10)


def test_one_that_moves_is_refused_at_once_and_waited_for_by_a_standby(writer: Engine, steady: Steady) -> None:
    holder = taken(writer)
    refused, standby = wait(writer, steady), wait(writer, steady, standby=True)
    assert refused.attempt() is None
    assert standby.attempt() is None
    for second in range(1, 20):
        steady.pass_by(1)
        holder.renew(writer, NOW + timedelta(seconds=second), None)
        assert standby.attempt() is None
    with pytest.raises(SlotHeldError, match=r"slot 0 is held by process .*, since 2026-01-05 12:00:00 UTC"):
        refused.attempt()
    holder.leave(writer, NOW)
    lease = standby.attempt()
    assert lease is not None
    assert lease.predecessor is None


@pytest.mark.parametrize("step", [timedelta(), timedelta(days=1), timedelta(hours=-1)])
def test_one_that_nobody_renews_is_taken_over_whatever_the_clocks_say(
    writer: Engine, steady: Steady, step: timedelta
) -> None:
    make_foreign(writer, taken(writer, NOW + step))
    waiting = wait(writer, steady)
    for _ in range(8):
        assert waiting.attempt() is None
        steady.pass_by(1)
    lease = waiting.attempt()
    assert lease is not None
    assert lease.predecessor == ELSEWHERE


def test_a_live_one_is_not_taken_by_who_slept_itself_or_could_not_look(writer: Engine, steady: Steady) -> None:
    make_foreign(writer, taken(writer))
    waiting = wait(writer, steady)
    assert waiting.attempt() is None
    steady.pass_by(3600)
    assert waiting.attempt() is None, "one look after an hour is one look"
    steady.pass_by(2)
    assert waiting.attempt() is None
    waiting.stillness.forget()
    steady.pass_by(2)
    assert waiting.attempt() is None
    steady.pass_by(2)
    assert waiting.attempt() is None


def test_it_is_fresh_for_half_its_length_and_then_only_after_a_renewal(writer: Engine, steady: Steady) -> None:
    lease = taken(writer, steady=steady)
    assert (lease.fresh, lease.due) == (True, False)
    steady.pass_by(1.5)
    assert (lease.fresh, lease.due) == (True, True)
    steady.pass_by(3)
    assert not lease.fresh
    lease.renew(writer, NOW, None)
    assert (lease.fresh, lease.due) == (True, False)


def test_a_process_of_this_machine_that_is_gone_is_known_to_be() -> None:
    mine = name_holder()
    assert not is_gone(mine)
    host, pid, rest = mine.split(":")
    place, start, random = rest.split(".")
    assert is_gone(f"{host}:{pid}:{place}.{int(start) - 1}.{random}"), "another had the number before"
    assert not is_gone(f"{host}:{pid}:other.{int(start) - 1}.{random}"), "of another machine nobody knows"
    assert not is_gone(ELSEWHERE)
    assert not is_gone("")


def test_a_holder_that_died_without_anybody_taking_its_slot_is_behind(writer: Engine) -> None:
    lease = taken(writer)
    with writer.connect() as connection:
        assert not is_behind(connection, KIND, NOW + timedelta(seconds=59))
        assert is_behind(connection, KIND, NOW + timedelta(seconds=61))
    lease.leave(writer, NOW)
    with writer.connect() as connection:
        assert not is_behind(connection, KIND, NOW + timedelta(days=1))


def test_a_holder_that_was_stopped_in_the_middle_of_a_batch_holds_nobody_up(postgres_database: str) -> None:
    """PostgreSQL ends its transaction, and what it had written in it is gone (P5)."""
    stopped, other = open_writer(postgres_database, idle_seconds=0.5), open_writer(postgres_database)
    lease = taken(stopped)
    with stopped.connect() as connection:
        lease.fence(connection)
        with ThreadPoolExecutor(1) as pool:
            taking = pool.submit(take_slot, other, 0, standing(other), LENGTH, NOW)
            assert taking.result(10) is not None
        with pytest.raises(DBAPIError):
            lease.fence(connection)
        connection.invalidate()
    with pytest.raises(LeaseLostError), stopped.begin() as connection:
        lease.fence(connection)
    stopped.dispose()
    other.dispose()
