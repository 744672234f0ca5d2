"""When a schedule is due: a table of cases at both edges of a change of clocks, and what holds for every rhythm."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.names import NAMES
from reports.schedule.rhythm import WEEKDAYS, Rhythm, instant_of, last_due, next_due
from reports.table import KINDS

MONDAYS = Rhythm("week", "monday", time(7))
SEVEN = Rhythm("day", "", time(7))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Berlin", "2026-01-05T07:00", "2026-01-05T06:00"),
        # 2026-03-29 02:00 becomes 03:00: what lies between is due when the clock has jumped over it
        ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:01", "2026-03-29T01:01"),
        # 2026-10-25 03:00 becomes 02:00: what comes twice is due the first time
        ("Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59"),
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # half an hour
        ("America/Havana", "2026-03-08T00:30", "2026-03-08T05:00"),  # the day begins at 01:00
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a date that never was: midnight after it
    ],
)
def test_a_local_time_is_one_instant(zone: str, local: str, instant: str) -> None:
    assert instant_of(datetime.fromisoformat(local), zone) == utc(instant)


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (MONDAYS, "2026-01-05T05:59", "2026-01-05T06:00"),
        (MONDAYS, "2026-01-05T06:00", "2026-01-12T06:00"),  # later than, never at
        (MONDAYS, "2026-03-23T06:00", "2026-03-30T05:00"),  # seven by the clock of the zone, on both sides
        (MONDAYS, "2026-10-19T05:00", "2026-10-26T06:00"),
        (SEVEN, "2026-12-31T06:00", "2027-01-01T06:00"),
        (Rhythm("day", "", time(2, 30)), "2026-03-29T01:00", "2026-03-30T00:30"),  # once on the day of the gap
        (Rhythm("day", "", time(2, 30)), "2026-10-25T00:30", "2026-10-26T01:30"),  # and once where it comes twice
        (Rhythm("month", "31", time(7)), "2026-01-31T06:00", "2026-02-28T06:00"),  # the last day of a shorter month
        (Rhythm("month", "29", time(7)), "2028-02-01T00:00", "2028-02-29T06:00"),
        (Rhythm("month", "1", time(0)), "2026-03-31T21:59", "2026-03-31T22:00"),
    ],
)
def test_next_due_in_berlin(rhythm: Rhythm, after: str, due: str) -> None:
    assert next_due(rhythm, utc(after), "Europe/Berlin") == utc(due)
    assert last_due(rhythm, utc(due), "Europe/Berlin") == utc(due)
    assert last_due(rhythm, utc(due) - timedelta(seconds=1), "Europe/Berlin") <= utc(after)


rhythms = st.builds(
    Rhythm, every=st.just("day"), on=st.just(""), at=st.times().map(lambda at: at.replace(second=0, microsecond=0))
) | st.one_of(
    st.builds(Rhythm, st.just("week"), st.sampled_from(WEEKDAYS), st.just(time(2, 30))),
    st.builds(Rhythm, st.just("month"), st.integers(1, 31).map(str), st.just(time(0, 30))),
)


years = (datetime(year, 1, 1) for year in (2005, 2037))  # noqa: DTZ001  bounds of the strategy, which adds the zone
instants = st.datetimes(*years, timezones=st.just(UTC))


@given(rhythms, instants, st.sampled_from(ZONES))
def test_it_is_due_on_its_days_and_nothing_lies_between_two_times(rhythm: Rhythm, after: datetime, zone: str) -> None:
    due = next_due(rhythm, after, zone)
    assert last_due(rhythm, due - timedelta(microseconds=1), zone) <= after < due
    assert last_due(rhythm, due, zone) == due
    local = due.astimezone(ZoneInfo(zone))
    if local.time() == rhythm.at:
        assert rhythm.falls_on(local.date())
    longest = {"day": 2, "week": 8, "month": 32}[rhythm.every]
    assert due - after <= timedelta(days=longest, hours=2)


def test_the_names_known_without_pandas_are_those_of_the_reports() -> None:
    assert set(KINDS) == set(NAMES)


@pytest.mark.parametrize(
    ("every", "on", "says"),
    [
        ("year", "", "none of: day, week, month"),
        ("day", "monday", "has no --on"),
        ("week", "", "needs --on with one of: monday"),
        ("week", "mon", "needs --on with one of: monday"),
        ("month", "monday", "a day of the month"),
        ("month", "0", "a day of the month"),
        ("month", "32", "a day of the month"),
        ("month", "٣", "a day of the month"),
    ],
)
def test_parts_that_do_not_fit_are_refused(every: str, on: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Rhythm(every, on, time(7))
