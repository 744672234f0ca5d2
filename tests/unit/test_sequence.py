"""What is missing from a device's numbers: a function of what was heard, whatever the order, the clock or the abuse."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.runs import JUMP, Reset, Stretch
from registry.sequence import Count, read_count

BEGIN = datetime(2026, 1, 5, 7, tzinfo=UTC)
LARGEST = 2**53 - 1


def hour(number: float) -> datetime:
    return BEGIN + timedelta(hours=number)


def dated(*numbers: int, since: float = 0) -> list[Stretch]:
    """One reading an hour, in this order."""
    return [Stretch(number, number, hour(since + n), hour(since + n)) for n, number in enumerate(numbers)]


def undated(*numbers: int) -> list[Stretch]:
    return [Stretch(number, number) for number in numbers]


def joined(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Numbers that follow each other in the order of time as one stretch, as the record answers them."""
    found: list[Stretch] = []
    for piece in sorted(pieces, key=lambda piece: (piece.since or BEGIN, piece.first)):
        if found and found[-1].last + 1 == piece.first:
            found[-1] = Stretch(found[-1].first, piece.last, found[-1].since, piece.until)
        else:
            found.append(piece)
    return found


def intervals(count: Count) -> list[tuple[int, int]]:
    return [(gap.first, gap.last) for gap in count.gaps]


def test_a_device_that_lost_nothing_misses_nothing() -> None:
    assert read_count(dated(*range(1, 50))) == read_count(joined(dated(*range(1, 50)))) == Count((), (), ())
    assert read_count([]) == Count((), (), ())


def test_a_gap_says_which_numbers_how_many_and_between_which_readings() -> None:
    [gap] = read_count(dated(1, 2, 6)).gaps
    assert (gap.first, gap.last, gap.count, gap.after, gap.before) == (3, 5, 3, hour(1), hour(2))


def test_what_came_before_the_first_number_is_nobodys_business() -> None:
    assert read_count(dated(500, 501)) == Count((), (), ())


@pytest.mark.parametrize("again", [0, 1, 2, 3])
def test_a_decrease_is_a_reset_and_no_gap(again: int) -> None:
    count = read_count(joined(dated(1, 2, 3, 4, again, again + 1, again + 3)))
    assert count.resets == (Reset(hour(4), 4, again),)
    assert intervals(count) == [(again + 2, again + 2)]


def test_a_step_over_ten_thousand_is_a_reset_and_one_of_ten_thousand_a_gap() -> None:
    assert read_count(dated(1, 1 + JUMP)).missing == JUMP - 1
    assert read_count(dated(1, 2 + JUMP)) == Count((), (Reset(hour(1), 1, 2 + JUMP),), ())


def test_a_late_backlog_in_reverse_is_no_reset() -> None:
    assert read_count(list(reversed(dated(*range(1, 60))))) == Count((), (), ())


@pytest.mark.parametrize("back", [0.2, 3, 23])
def test_a_clock_that_was_ahead_and_is_set_right_is_no_reset(back: float) -> None:
    before, after = dated(*range(1, 30)), dated(*range(30, 60), since=29 - back)
    assert read_count(before + after) == Count((), (), ())
    assert intervals(read_count(before[:20] + before[21:] + after)) == [(21, 21)]


def test_a_clock_set_to_another_month_for_a_while_is_no_reset() -> None:
    month = 30 * 24
    pieces = [*dated(*range(1, 100)), *dated(*range(100, 110), since=40 - month), *dated(*range(110, 200), since=109)]
    assert read_count(pieces[:99] + dated(*range(100, 110), since=40.5) + pieces[109:]).missing == 0


def test_readings_under_a_lost_clock_are_there() -> None:
    assert read_count(dated(1, 2, 5), undated(3, 4)).missing == 0
    assert intervals(read_count(dated(1, 2, 7), undated(3, 5))) == [(4, 4), (6, 6)]
    assert intervals(read_count(dated(5, 6), undated(1, 2, 4))) == [(3, 3)]
    assert intervals(read_count([], undated(1, 2, 4))) == [(3, 3)]


def test_a_reading_without_a_time_closes_a_hole_rather_than_going_on_with_another_count() -> None:
    old, new = dated(*range(1, 13), *range(14, 17)), dated(*range(1, 13), since=100)
    assert read_count(old + new, undated(13)).missing == 0


def test_the_instants_about_a_gap_are_the_nearest_that_are_known() -> None:
    [gap] = read_count(dated(1, 2, 7), undated(3, 6)).gaps
    assert (gap.after, gap.before) == (hour(1), hour(2))
    [gap] = read_count([], undated(1, 3)).gaps
    assert (gap.after, gap.before) == (None, None)


def test_refused_is_not_missing_and_opens_no_gap() -> None:
    assert read_count(dated(1, 5), refused=[Stretch(2, 4)]).missing == 0
    assert intervals(read_count(dated(1, 5), refused=undated(3))) == [(2, 2), (4, 4)]
    assert read_count(dated(1, 2), refused=undated(9, LARGEST)).missing == 0


def test_after_a_factory_reset_with_the_clock_the_first_readings_belong_to_the_new_count() -> None:
    """D21: number and clock begin again; later the clock is set."""
    count = read_count(dated(*range(1, 80), 6, 7, 9), [Stretch(1, 5)])
    assert count.resets == (Reset(hour(79), 79, 6),)
    assert intervals(count) == [(8, 8)]


def test_a_factory_reset_whose_clock_is_never_set_is_a_reset_at_an_unknown_time() -> None:
    """D21: what was refused because its id was taken shows it too."""
    count = read_count(dated(*range(1, 80)), [Stretch(1, 5)])
    assert count == Count((), (Reset(None, None, 1),), ())


def test_a_clock_set_behind_at_a_reset_mixes_two_counts_and_nothing_is_missing() -> None:
    old, new = dated(*range(1, 80)), dated(*range(60), since=79 - 2.5)
    count = read_count(old + new)
    assert (count.missing, [(reset.left, reset.began) for reset in count.resets]) == (0, [(77, 0)])
    late = read_count(old + dated(*range(6), *range(6, 60), since=79)[:6] + dated(*range(6, 60), since=77.5))
    assert (late.missing, len(late.resets)) == (0, 1)


def test_a_number_given_twice_without_going_back_is_only_that() -> None:
    assert read_count(dated(1, 2, 2, 3, 4)) == Count((), (), ((2, 2),))
    assert read_count(dated(1, 2, 3), undated(2)) == Count((), (), ((2, 2),))


def test_of_a_part_of_the_record_what_has_no_time_closes_gaps_and_opens_none() -> None:
    count = read_count(dated(501, 502, 505), undated(3, 90, 503, 900), whole=False)
    assert intervals(count) == [(504, 504)]
    assert count.resets == ()


def test_a_device_that_counts_at_random_costs_no_more_than_it_sent() -> None:
    """A10"""
    count = read_count(dated(*[0, LARGEST] * 250), undated(*[0, LARGEST] * 250), undated(*range(0, 1500, 3)))
    assert len(count.resets) == 499
    assert count.missing == 0
    steps = [step * JUMP for step in range(1000)]
    assert read_count(dated(*steps)).missing == 999 * (JUMP - 1)


FATES = st.sampled_from(["heard"] * 6 + ["lost"] * 3 + ["doubtful", "refused"])


@given(st.lists(FATES, min_size=1, max_size=60), st.integers(0, 10**6), st.data())
def test_missing_is_what_was_lost_between_what_was_heard(fates: list[str], begin: int, data: st.DataObject) -> None:
    """The judge knows what the device did: a reading every hour, a clock up to 20 hours off."""
    took = list(enumerate(["heard", *fates], start=begin))
    off = Random(data.draw(st.integers(0, 9999)))
    apart = data.draw(st.sampled_from([0.1, 1, 30]))
    clock = {n: hour((n - begin) * apart + off.uniform(0, 20)) for n, _ in took}
    pieces = {
        fate: [Stretch(n, n, at, at) for n, each in took if each == fate for at in [clock[n]]]
        for fate in ("heard", "doubtful", "refused")
    }
    heard = [n for n, fate in took if fate in ("heard", "doubtful")]
    lost = [n for n, fate in took if fate == "lost" and heard[0] < n < heard[-1]]
    unsure = [[Stretch(each.first, each.last) for each in pieces[fate]] for fate in ("doubtful", "refused")]
    mixed = [data.draw(st.permutations(each)) for each in (pieces["heard"], *unsure)]
    for known in (read_count(*mixed), read_count(joined(pieces["heard"]), *unsure)):
        assert [n for gap in known.gaps for n in range(gap.first, gap.last + 1)] == lost
        assert (known.resets, known.doubled) == ((), ())


@given(st.lists(st.lists(st.booleans(), max_size=30), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_every_count_that_begins_again_is_a_reset_with_gaps_of_its_own(lives: list[list[bool]], chance: Random) -> None:
    """Each life of the device counts from 0; its first two readings arrive."""
    pieces, lost, resets, at = list[Stretch](), list[int](), list[Reset](), 0
    for life in ([True, True, *life, True] for life in lives):
        if pieces:
            resets.append(Reset(hour(at), pieces[-1].first, 0))  # more than a day later
        pieces += [Stretch(n, n, hour(at + n), hour(at + n)) for n, heard in enumerate(life) if heard]
        lost += [n for n, heard in enumerate(life) if not heard]
        at += len(life) + 25
    whole = joined(pieces)
    chance.shuffle(pieces)
    for known in (read_count(pieces), read_count(whole)):
        assert [n for gap in known.gaps for n in range(gap.first, gap.last + 1)] == lost
        assert known.resets == tuple(resets)
