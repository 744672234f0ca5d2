"""Means, spreads and slopes against their definitions, written down again slowly and otherwise."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresholds.blood_pressure.pulse_pressure import years
from thresholds.estimates.home_week import home_mean
from thresholds.estimates.means import ByDate, Mean, Numbers, RecentAndBefore, shown
from thresholds.estimates.slope import lower_rank, may_reach, theil_sen
from thresholds.estimates.spread import Baseline, baseline
from thresholds.types import Amount, Sample

ORIGIN = datetime(2026, 3, 27, 8, tzinfo=UTC)  # clocks go forward in Paris two days later
DIGITS = st.decimals(-500, 500, places=2)


def take(sample: Sample) -> Numbers:
    return (Decimal(sample.values["x"].text),)


def sample(at: datetime, text: str) -> Sample:
    return Sample(UUID(int=0), at, {"x": Amount(text, "1")})


def fractions(count: int) -> st.SearchStrategy[list[Fraction]]:
    return st.lists(DIGITS.map(Fraction), min_size=count, max_size=40)


STEPS = st.lists(st.tuples(st.sampled_from([1, 3600, 86399, 86400, 172800]), DIGITS), min_size=1, max_size=30)


@given(STEPS)
def test_two_spans_have_the_means_of_the_readings_that_lie_in_them(steps: list[tuple[int, Decimal]]) -> None:
    window, seen, at = RecentAndBefore(take, 1, timedelta(days=2), timedelta(days=3)), [], ORIGIN
    for step, number in steps:
        at += timedelta(seconds=step)
        window.move([sample(at, str(number))])
        seen.append((at, Fraction(number)))
        ages = [(at - when, value) for when, value in seen]
        recent = [value for age, value in ages if age < timedelta(days=2)]
        before = [value for age, value in ages if timedelta(days=2) <= age < timedelta(days=5)]
        newer, older = window.split()
        assert (newer.count, older.count) == (len(recent), len(before))
        assert newer.of() == sum(recent) / len(recent)
        assert not before or older.of() == sum(before) / len(before)


@given(STEPS, st.sampled_from(["Europe/Paris", "Pacific/Honolulu", "America/Havana"]))
def test_each_local_date_has_the_mean_of_its_readings(steps: list[tuple[int, Decimal]], zone: str) -> None:
    window, seen, at = ByDate(take, 1, ZoneInfo(zone), 3), [], ORIGIN
    for step, number in steps:
        at += timedelta(seconds=step)
        window.move([sample(at, str(number))])
        seen.append((at.astimezone(ZoneInfo(zone)).toordinal(), Fraction(number)))
        today = seen[-1][0]
        dated = {day: [value for when, value in seen if when == day] for day, _ in seen if day > today - 3}
        wanted = {day: sum(values) / len(values) for day, values in dated.items()}
        assert {day.toordinal(): mean.of() for day, mean in window.means.items()} == wanted


def test_a_mean_keeps_every_digit_that_was_sent() -> None:
    mean, long = Mean(1), Decimal("0." + "0" * 60 + "1")
    for number in (Decimal(300), long):
        mean.add((number,))
    assert mean.of() == (Fraction(300) + Fraction(long)) / 2


def counted(values: Sequence[Fraction], under: Fraction) -> tuple[int, int]:
    return sum(value < under for value in values), sum(value > under for value in values)


@given(fractions(14))
def test_a_baseline_has_as_many_readings_above_its_middle_as_below(values: list[Fraction]) -> None:
    usual = baseline(values)
    assert usual
    assert max(counted(values, usual.middle)) <= len(values) / 2
    assert max(counted([abs(value - usual.middle) for value in values], usual.mad)) <= len(values) / 2


def test_a_baseline_of_known_figures() -> None:
    usual = baseline([Fraction(value) for value in (1, 1, 2, 2, 4, 6, 9, 1, 1, 2, 2, 4, 6, 9)])
    assert usual == Baseline(Fraction(2), Fraction(1))
    assert usual.z(Fraction("3.4826")) == 1


def test_thirteen_readings_are_no_baseline_and_without_any_spread_nothing_is_far_from_it() -> None:
    assert baseline([Fraction(1)] * 13) is None
    usual = baseline([Fraction(1)] * 14)
    assert usual
    assert usual.z(Fraction(2)) is None


def slopes(points: Sequence[tuple[int, Fraction]]) -> list[Fraction]:
    return sorted((y2 - y1) / (x2 - x1) for x1, y1 in points for x2, y2 in points if x1 < x2)


POINTS = st.dictionaries(st.integers(0, 40), DIGITS.map(lambda number: Fraction(number) / 3), min_size=2, max_size=15)


@given(POINTS)
def test_a_slope_is_the_median_of_all_pairs_and_its_bounds_are_two_of_them(points: dict[int, Fraction]) -> None:
    found, each = theil_sen(list(points.items())), slopes(list(points.items()))
    assert found
    half = len(each) // 2
    assert found.median == (each[half] if len(each) % 2 else (each[half - 1] + each[half]) / 2)
    rank = lower_rank(len(points))
    assert found[1:] == ((each[rank - 1], each[len(each) - rank]) if rank else (None, None))


@given(POINTS, st.randoms())
def test_a_slope_does_not_depend_on_the_order_of_its_points(points: dict[int, Fraction], random: object) -> None:
    shuffled = list(points.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert theil_sen(shuffled) == theil_sen(list(points.items()))


@given(POINTS, st.data())
def test_a_slope_that_cannot_reach_a_limit_is_known_without_its_median(
    points: dict[int, Fraction], data: st.DataObject
) -> None:
    ordered = sorted(points.items())
    near = st.one_of(st.sampled_from(slopes(ordered)), DIGITS.map(Fraction))
    found, limit = theil_sen(ordered), data.draw(near)
    assert found
    assert may_reach(ordered, limit) >= (found.median >= limit)
    assert not may_reach(ordered, max(slopes(ordered)) + 1)


def concordance(points: int) -> dict[int, float]:
    """The distribution of Kendall's S for points in random order, exactly: that of inversions, by recursion."""
    chances = {0: 1.0}
    for size in range(2, points + 1):
        grown: dict[int, float] = {}
        for inversions, chance in chances.items():
            for more in range(size):
                grown[inversions + more] = grown.get(inversions + more, 0) + chance / size
        chances = grown
    return chances


@pytest.mark.parametrize("points", range(10, 22))
def test_the_bounds_hold_the_true_slope_at_least_95_times_in_100(points: int) -> None:
    """The true slope lies below the r-th smallest exactly when fewer than r pairs are below it."""
    rank = lower_rank(points)
    outside = 2 * sum(chance for inversions, chance in concordance(points).items() if inversions < rank)
    assert 0.95 <= 1 - outside <= 0.975


@pytest.mark.parametrize(("points", "rank"), [(10, 11), (16, 38), (21, 72)])
def test_the_lower_bound_is_the_slope_of_sens_rank(points: int, rank: int) -> None:
    """By hand for 16: 120 pairs, variance 16 * 15 * 37 / 18 = 493.3, (120 - 1.96 * 22.21) / 2 = 38.2."""
    assert lower_rank(points) == rank


def test_a_slope_wants_two_points_and_its_bounds_want_six() -> None:
    assert theil_sen([(0, Fraction(1))]) is None
    assert [bool(lower_rank(points)) for points in (2, 5, 6, 21)] == [False, False, True, True]


def week(**days: tuple[int, int, int]) -> dict[object, Mean]:
    """Per date: count, systolic and diastolic of its readings, which are all alike."""
    means = {}
    for day, (count, *numbers) in days.items():
        mean = means[datetime(2026, 3, int(day[1:]), tzinfo=UTC).date()] = Mean(2)
        for _ in range(count):
            mean.add(tuple(map(Decimal, numbers)))
    return means


@pytest.mark.parametrize(
    ("discard", "days", "wanted"),
    [
        (True, {"d1": (9, 200, 99), "d2": (4, 130, 80), "d3": (4, 130, 80), "d4": (4, 136, 83)}, (132, 81, 12, 3)),
        (False, {"d4": (8, 136, 82), "d2": (3, 128, 80), "d3": (1, 100, 64)}, (131, 80, 12, 3)),
        (True, {"d1": (9, 130, 80), "d2": (6, 130, 80), "d3": (6, 130, 80)}, None),
        (True, {"d1": (9, 130, 80), "d2": (4, 130, 80), "d3": (4, 130, 80), "d4": (3, 130, 80)}, None),
        (False, {"d1": (6, 130, 80), "d2": (6, 130, 80)}, None),
        (False, {}, None),
    ],
)  # fmt: skip
def test_a_home_week_is_the_mean_of_its_readings_or_insufficient(
    discard: bool, days: dict[str, tuple[int, int, int]], wanted: tuple[object, ...] | None
) -> None:
    found = home_mean(week(**days), discard_first_day=discard)
    assert (None if found is None else tuple(found)) == wanted


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [((1966, 3, 2), (2026, 3, 1), 59), ((1966, 3, 2), (2026, 3, 2), 60), ((1964, 2, 29), (2025, 2, 28), 60),
     ((1964, 2, 29), (2025, 3, 1), 61), ((1966, 12, 31), (2026, 1, 1), 59)],
)  # fmt: skip
def test_an_age_is_whole_years(born: tuple[int, ...], today: tuple[int, ...], age: int) -> None:
    assert years(datetime(*born, tzinfo=UTC).date(), datetime(*today, tzinfo=UTC).date()) == age  # type: ignore[misc, arg-type]  # three numbers


def test_a_figure_is_cut_towards_nought() -> None:
    assert [shown(Fraction(value), ROUND_DOWN) for value in ("134.99", "-20.07", "135")] == ["134.9", "-20.0", "135.0"]
