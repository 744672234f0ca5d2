"""Windows of thirty days and their device-days: golden cases on both sides of every edge (§4.6)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.device_days.evidence import reason
from reports.device_days.windows import Window, first_window, windows

START = date(2026, 1, 10)
END = START + timedelta(days=29)
Days = list[tuple[date, date]]


def on(*numbers: int, late: int = 0) -> Days:
    """Dates of the window, counted from 0, whose first reading arrived `late` days after."""
    days = [START + timedelta(days=number) for number in numbers]
    return [(day, day + timedelta(days=late)) for day in days]


def first(days: Days, today: date = END, *, over: bool = True) -> Window:
    return windows(START, days, today, today_is_over=over)[0]


@pytest.mark.parametrize(
    ("count", "code", "missing"),
    [
        (0, None, (2, 16)), (1, None, (1, 15)), (2, "99445", (0, 14)), (15, "99445", (0, 1)), (16, "99454", (0, 0)),
        (30, "99454", (0, 0)),
    ],
)  # fmt: skip
def test_a_window_is_for_one_supply_code_at_most(count: int, code: str | None, missing: tuple[int, int]) -> None:
    window = first(on(*range(count)))
    assert (window.counted, window.code()) == (count, code)
    assert tuple(window.missing().values()) == missing


def test_a_window_has_thirty_dates_and_the_next_begins_the_day_after() -> None:
    found = windows(START, on(0, 29, 30, 59, 60), START + timedelta(days=60), today_is_over=True)
    assert [(each.first, each.last) for each in found] == [
        (START + timedelta(days=30 * n), START + timedelta(days=30 * n + 29)) for n in range(3)
    ]
    assert [each.counted for each in found] == [2, 2, 1]


@pytest.mark.parametrize(("arrived", "counted", "late"), [(29, 1, 0), (30, 0, 1)])
def test_a_late_upload_counts_when_it_arrives_within_its_window(arrived: int, counted: int, late: int) -> None:
    window = first([(START, START + timedelta(days=arrived))])
    assert (window.counted, window.late) == (counted, late)


@pytest.mark.parametrize(("arrived", "begins"), [(29, START), (30, START + timedelta(days=40))])
def test_windows_begin_with_the_first_date_that_can_count(arrived: int, begins: date) -> None:
    assert first_window([(START, START + timedelta(days=arrived)), *on(40)]) == begins


def test_nobody_without_a_device_day_has_a_window() -> None:
    assert first_window([]) is None


@pytest.mark.parametrize(("today", "over", "left"), [(0, False, 30), (0, True, 29), (29, False, 1), (29, True, 0)])
def test_the_running_date_is_left_until_it_is_over(today: int, over: bool, left: int) -> None:
    window = first(on(0), START + timedelta(days=today), over=over)
    assert (window.left, window.open) == (left, left > 0)


@pytest.mark.parametrize(("days", "counts", "reach"), [(14, False, True), (14, True, False), (15, True, True)])
def test_sixteen_is_out_of_reach_when_fewer_dates_are_left_than_days_are_missing(
    days: int, counts: bool, reach: bool
) -> None:
    """Day 28 of 30 is running: with it two more are possible, unless it is counted already."""
    window = first(on(*range(days)), START + timedelta(days=28), over=False)
    assert ("99454" not in window.out_of_reach(running_counts=counts)) is reach


@given(st.sets(st.integers(0, 200)), st.integers(0, 200))
def test_every_device_day_is_in_one_window(numbers: set[int], today: int) -> None:
    days = on(*sorted(number for number in numbers if number <= today))
    found = windows(START, days, START + timedelta(days=today), today_is_over=False)
    assert sum(each.counted for each in found) == len(days)


@pytest.mark.parametrize(
    ("stream", "context", "clock", "other", "why"),
    [
        ("weight", {}, "good", False, ""), ("weight", {"entry": "automatic"}, "good", False, ""),
        ("weight", {"entry": "manual"}, "good", False, "manual"), ("weight", {}, "doubtful", False, "clock_doubtful"),
        ("glucose.apart", {}, "good", False, "control_or_test"), ("weight", {}, "good", True, "other_person"),
    ],
)  # fmt: skip
def test_only_what_a_device_took_of_the_patient_and_sent_makes_a_day(
    stream: str, context: dict[str, str], clock: str, other: bool, why: str
) -> None:
    assert reason(stream, context, clock, other=other) == why
