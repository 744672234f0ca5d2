"""What decides about worker processes, without any: which slots, when to start again, what ends all, who is heard."""

from pathlib import Path

import pytest
import typer

from hearthline.workers.notify import Listener, Notifier
from hearthline.workers.restarts import LONGEST, SILENT, STARTING, STEADY, Life, ends_all, pause
from hearthline.workers.slots import chosen, parse_slots, sharing


@pytest.mark.parametrize(("text", "slots"), [("0", (0,)), ("2-3", (2, 3)), ("0,2-3,2", (0, 2, 3)), ("63", (63,))])
def test_slots_are_numbers_and_spans_of_them(text: str, slots: tuple[int, ...]) -> None:
    assert parse_slots(text) == slots


@pytest.mark.parametrize("text", ["", "a", "-1", "3-2", "1-2-3", "64", "0-9999999999", "1,", "1.5", "0 -"])
def test_what_names_no_slots_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_slots(text)


def test_so_many_workers_are_on_the_first_slots_unless_others_are_named() -> None:
    assert chosen(None, None) == (0,)
    assert chosen(3, None) == (0, 1, 2)
    assert chosen(None, (4, 5)) == chosen(2, (4, 5)) == (4, 5)
    with pytest.raises(typer.BadParameter):
        chosen(2, (4,))


def test_one_worker_on_slot_0_needs_no_shared_subscription() -> None:
    assert sharing((0,)) == ""
    assert sharing((1,)) == sharing((0, 1)) != ""


@pytest.mark.parametrize("code", [2, 3, 4])
def test_settings_database_and_broker_are_the_same_for_all(code: int) -> None:
    assert ends_all(code, ready=False)
    assert ends_all(code, ready=True)


def test_a_slot_that_is_held_ends_all_at_the_beginning_only() -> None:
    assert ends_all(1, ready=False)
    assert not ends_all(1, ready=True), "whatever it was, it had worked before"


@pytest.mark.parametrize("code", [0, -9, -11, 130])
def test_whatever_else_ended_it_it_starts_again(code: int) -> None:
    assert not ends_all(code, ready=False)


def test_pauses_grow_to_a_limit_and_begin_anew_after_steady_work() -> None:
    assert [pause(deaths) for deaths in range(1, 8)] == [1, 2, 4, 8, 16, LONGEST, LONGEST]
    life = Life(0, 0)
    for n in range(3):
        life.begin(n)
        life.die(n)
    assert life.due == 2 + 4
    life.begin(10)
    life.die(11 + STEADY)
    assert life.due == 11 + STEADY + 1


def test_one_from_which_nothing_is_heard_hangs() -> None:
    life = Life(0, 0)
    assert not life.hangs(STARTING)
    life.hear(["READY=1"], 10)
    assert life.ready
    life.hear([], 10 + SILENT)
    assert not life.hangs(10 + SILENT)
    assert life.hangs(11 + SILENT)
    life.hear(["WATCHDOG=1"], 12 + SILENT)
    assert not life.hangs(13 + SILENT)


def test_what_is_told_is_heard_and_repetitions_are_spared(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "socket")
    notifier = Notifier.of({"NOTIFY_SOCKET": listener.address})
    for _ in range(50):
        notifier.tell("WATCHDOG=1")
    notifier.tell("READY=1")
    assert listener.hear() == ["WATCHDOG=1", "READY=1"]
    assert listener.hear() == []
    listener.close()
    notifier.tell("STOPPING=1")


def test_where_nobody_listens_nothing_is_said() -> None:
    Notifier.of({}).tell("READY=1")
