"""The period of a report, by the patient's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reports.figure import figure, finite, share
from reports.period import midnight, period_of

NEW_YORK, PARIS = "America/New_York", "Europe/Paris"


def test_a_period_ends_where_it_is_told_and_begins_at_the_same_time_of_day() -> None:
    period = period_of(datetime(2026, 1, 20, 12, tzinfo=UTC), 14, PARIS)
    assert period.since == datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(("until", "hours"), [("2026-03-09T12:00", 47), ("2026-11-02T12:00", 49)])
def test_two_days_are_47_or_49_hours_where_clocks_change(until: str, hours: int) -> None:
    end = datetime.fromisoformat(until).replace(tzinfo=UTC)
    period = period_of(end, 2, NEW_YORK)
    assert period.until - period.since == timedelta(hours=hours)


def test_a_period_that_ends_at_midnight_touches_as_many_dates_as_it_has_days() -> None:
    period = period_of(midnight(date(2026, 1, 8), PARIS), 7, PARIS)
    assert period.dates() == period.whole_dates() == [date(2026, 1, day) for day in range(1, 8)]


def test_a_period_that_ends_within_a_day_touches_one_date_more_and_its_ends_are_not_whole() -> None:
    period = period_of(datetime(2026, 1, 8, 12, tzinfo=UTC), 7, PARIS)
    assert period.dates() == [date(2026, 1, day) for day in range(1, 9)]
    assert period.whole_dates() == [date(2026, 1, day) for day in range(2, 8)]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_a_figure_is_a_number_or_nothing(value: float | None) -> None:
    assert finite(value) is None
    assert not figure(value, "kg", 0).sufficient


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(0, 0) is None
    assert share(1, 8) == 12.5


def test_both_ends_are_in_the_period_but_a_midnight_belongs_to_the_day_it_begins() -> None:
    noon = datetime(2026, 1, 8, 12, tzinfo=UTC)
    assert period_of(noon, 7, PARIS).last_instant() == noon
    night = midnight(date(2026, 1, 8), PARIS)
    assert period_of(night, 7, PARIS).last_instant() == night - timedelta(microseconds=1)
