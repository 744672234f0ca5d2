"""Whose readings are evaluated when."""

from ingest.rounds import CATCHING_UP, EVALUATE_AFTER, LOT, LOT_OF_BACKLOG, Rounds

MANY = [f"pt-{n:03}" for n in range(2 * LOT + 10)]


def rounds_of(patients: list[str]) -> Rounds:
    rounds = Rounds()
    rounds.add(patients, 0.0)
    return rounds


def test_nobody_is_evaluated_while_more_comes_and_the_oldest_is_young() -> None:
    rounds = rounds_of(["b", "a"])
    assert rounds.next_lot(EVALUATE_AFTER, lull=False, backlog=False) == []
    assert rounds.next_lot(EVALUATE_AFTER + 0.001, lull=False, backlog=False) == ["a", "b"]


def test_a_lull_is_used_at_once() -> None:
    assert rounds_of(["a"]).next_lot(0.0, lull=True, backlog=False) == ["a"]


def test_a_backlog_gathers_longer_and_in_larger_lots() -> None:
    rounds = rounds_of([f"pt-{n:04}" for n in range(LOT_OF_BACKLOG + 1)])
    assert rounds.next_lot(CATCHING_UP, lull=False, backlog=True) == []
    assert len(rounds.next_lot(CATCHING_UP + 0.001, lull=False, backlog=True)) == LOT_OF_BACKLOG


def test_a_round_is_finished_before_the_next_begins_so_that_nobody_waits_for_ever() -> None:
    rounds, seen = rounds_of(MANY), list[str]()
    while lot := rounds.next_lot(1.0, lull=True, backlog=False):
        seen += lot
        assert len(lot) <= LOT
        if len(seen) < len(MANY):
            rounds.add(["pt-000"], 1.0)  # comes again and again, and takes nobody's turn
    assert seen == [*MANY, "pt-000"]


def test_batches_count_as_evaluated_when_nobody_of_their_round_is_left() -> None:
    rounds = rounds_of(MANY)
    rounds.add(["pt-000"], 0.0)
    counts = []
    while rounds.next_lot(1.0, lull=True, backlog=False):
        counts.append(rounds.ended())
        if len(counts) == 1:
            rounds.add(["late"], 1.0)
    assert counts == [0, 0, 2, 1]


def test_at_the_end_everybody_is_left() -> None:
    rounds = rounds_of(MANY)
    rounds.next_lot(1.0, lull=True, backlog=False)
    rounds.add(["late"], 1.0)
    assert rounds.everybody() == ["late", *MANY[LOT:]]
    assert rounds.idle
    assert rounds.ended() == 2
