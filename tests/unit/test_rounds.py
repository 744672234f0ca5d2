"""Whose readings are evaluated when."""

from collections.abc import Iterable
from datetime import UTC, datetime

from ingest.delivery import Settled, handed_over
from ingest.rounds import EVALUATE_AFTER, LOT, LOT_OF_BACKLOG, LOT_OF_SLOW, SLOW_AFTER, Lot, Rounds

MANY = [f"pt-{n:03}" for n in range(2 * LOT + 10)]
DELIVERY = handed_over("hearthline/v1/up/cuff-00000001/weight", b"{}", datetime(2026, 3, 2, tzinfo=UTC))


def batch_of(patients: Iterable[str], urgent: Iterable[str] = ()) -> list[Settled]:
    return [Settled(DELIVERY, (), (), frozenset(patients), keep=False, urgent=frozenset(urgent))]


def rounds_of(patients: list[str], urgent: Iterable[str] = ()) -> Rounds:
    rounds = Rounds()
    rounds.add(batch_of(patients, urgent), 0.0)
    return rounds


def test_nobody_is_evaluated_while_more_comes_and_the_oldest_is_young() -> None:
    rounds = rounds_of(["b", "a"])
    assert rounds.next_lot(EVALUATE_AFTER, lull=False, backlog=False).patients == []
    assert rounds.next_lot(EVALUATE_AFTER + 0.001, lull=False, backlog=False).patients == ["a", "b"]


def test_a_lull_is_used_at_once() -> None:
    assert rounds_of(["a"]).next_lot(0.0, lull=True, backlog=False).patients == ["a"]


def test_a_backlog_is_evaluated_in_larger_lots() -> None:
    rounds = rounds_of([f"pt-{n:04}" for n in range(LOT_OF_BACKLOG + 1)])
    assert rounds.next_lot(EVALUATE_AFTER, lull=False, backlog=True).patients == []
    assert len(rounds.next_lot(EVALUATE_AFTER + 0.001, lull=False, backlog=True).patients) == LOT_OF_BACKLOG


def test_who_is_urgent_waits_for_no_round() -> None:
    rounds = rounds_of(["a", "b", "c"], urgent=["b"])
    assert rounds.next_lot(0.0, lull=False, backlog=False).patients == ["b"]
    assert rounds.next_lot(0.0, lull=False, backlog=False).patients == []


def test_who_is_urgent_comes_between_the_lots_of_a_round() -> None:
    rounds = rounds_of(MANY)
    rounds.next_lot(0.0, lull=True, backlog=False)
    rounds.add(batch_of(["late"], urgent=["late"]), 0.0)
    assert rounds.next_lot(0.0, lull=True, backlog=False).patients == ["late"]
    assert rounds.next_lot(0.0, lull=True, backlog=False).patients == MANY[LOT : 2 * LOT]


def test_who_is_urgent_comes_first_in_the_round_of_a_lull_or_a_backlog() -> None:
    assert rounds_of(["a", "b"], urgent=["b"]).next_lot(0.0, lull=True, backlog=False).patients == ["b", "a"]
    behind = rounds_of(["a", "b"], urgent=["b"])
    assert behind.next_lot(0.0, lull=False, backlog=True).patients == []
    assert behind.next_lot(EVALUATE_AFTER + 0.001, lull=False, backlog=True).patients == ["b", "a"]


def test_a_lot_of_the_urgent_ends_no_round_and_leaves_the_rest_for_the_next() -> None:
    rounds = rounds_of(MANY, urgent=MANY)
    assert rounds.next_lot(0.0, lull=False, backlog=False).patients == MANY[:LOT]
    assert rounds.ended() == 0
    assert rounds.next_lot(0.0, lull=False, backlog=False).patients == MANY[LOT : 2 * LOT]


def test_a_round_is_finished_before_the_next_begins_so_that_nobody_waits_for_ever() -> None:
    rounds, seen = rounds_of(MANY), list[str]()
    while lot := rounds.next_lot(1.0, lull=True, backlog=False).patients:
        seen += lot
        assert len(lot) <= LOT
        if len(seen) < len(MANY):
            rounds.add(batch_of(["pt-000"]), 1.0)  # comes again and again, and takes nobody's turn
    assert seen == [*MANY, "pt-000"]


def test_batches_count_as_evaluated_when_nobody_of_their_round_is_left() -> None:
    rounds = rounds_of(MANY)
    rounds.add(batch_of(["pt-000"]), 0.0)
    counts = []
    while rounds.next_lot(1.0, lull=True, backlog=False).patients:
        counts.append(rounds.ended())
        if len(counts) == 1:
            rounds.add(batch_of(["late"]), 1.0)
    assert counts == [0, 0, 2, 1]


def test_at_the_end_everybody_is_left() -> None:
    rounds = rounds_of(MANY)
    rounds.next_lot(1.0, lull=True, backlog=False)
    rounds.add(batch_of(["late"]), 1.0)
    assert rounds.everybody() == Lot(["late", *MANY[LOT:]])
    assert rounds.idle
    assert rounds.ended() == 2


def test_a_few_patients_of_a_lull_are_judged_by_the_slow_rules_at_once() -> None:
    assert rounds_of(["a"]).next_lot(0.0, lull=True, backlog=False) == Lot(["a"], slow=True)
    many = MANY[: LOT_OF_SLOW + 1]
    assert rounds_of(many).next_lot(0.0, lull=True, backlog=False) == Lot(many, slow=False)
    assert rounds_of(["a"]).next_lot(EVALUATE_AFTER + 0.001, lull=False, backlog=False) == Lot(["a"], slow=False)


def test_the_slow_rules_wait_for_a_lull_with_nothing_else_to_do() -> None:
    rounds = Rounds()
    rounds.put_off(MANY, 0.0)
    assert not rounds.idle
    rounds.add(batch_of(["new"]), 0.0)
    assert rounds.next_lot(0.0, lull=False, backlog=False).patients == []
    assert rounds.next_lot(0.0, lull=True, backlog=False).patients == ["new"]
    assert rounds.next_lot(0.0, lull=True, backlog=False) == Lot(MANY[:LOT_OF_SLOW], slow=True)
    assert rounds.next_lot(0.0, lull=True, backlog=False) == Lot(MANY[LOT_OF_SLOW : 2 * LOT_OF_SLOW], slow=True)


def test_the_slow_rules_wait_for_a_lull_no_longer_than_so_long() -> None:
    rounds = Rounds()
    rounds.put_off(["b"], 0.0)
    rounds.put_off(["a", "b"], 5.0)
    assert rounds.next_lot(SLOW_AFTER, lull=False, backlog=False).patients == []
    assert rounds.next_lot(SLOW_AFTER + 0.001, lull=False, backlog=False) == Lot(["b", "a"], slow=True)
    assert rounds.idle


def test_at_the_end_what_is_put_off_stays_in_the_queue() -> None:
    rounds = rounds_of(["a"])
    rounds.put_off(MANY, 0.0)
    assert rounds.everybody() == Lot(["a"])
    assert rounds.idle
