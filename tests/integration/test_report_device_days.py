"""The worksheet of device-days, of readings that went through the write path."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from reports.errors import ReportError
from tests.support.wards import Ward, taken

pytestmark = pytest.mark.slow  # a batch for each day of a window

NEW_YORK = "America/New_York"
START = datetime(2026, 1, 10, 12, tzinfo=UTC)  # 07:00 in New York
END = START + timedelta(days=30) - timedelta(hours=7)  # the midnight after the window's last date


def weighing(number: int, at: datetime, **context: str) -> dict[str, Any]:
    return taken(f"w{number}", at, weight=80.0) | {"context": context}


def weigh(ward: Ward, days: range, patient: str = "ana", **context: str) -> None:
    """On each of these days from START on, received a minute later."""
    for number in days:
        at = START + timedelta(days=number)
        ward.now = at + timedelta(minutes=1)
        assert ward.take(f"device-of-{patient}", "weight", weighing(number, at, **context)) == ["stored"]
    ward.now = max(ward.now, END)


def ana(ward: Ward) -> None:
    ward.now = START - timedelta(days=1)
    ward.admit("ana", NEW_YORK)


def days(ward: Ward, patient: str = "ana", until: datetime = END, period: int = 30) -> dict[str, Any]:
    return ward.told("device-days", patient, period, until=until)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


@pytest.mark.parametrize(
    ("count", "code", "missing"),
    [(1, None, 15), (2, "99445", 14), (15, "99445", 1), (16, "99454", 0), (30, "99454", 0)],
)
def test_so_many_days_are_for_that_code(ward: Ward, count: int, code: str | None, missing: int) -> None:
    ana(ward)
    weigh(ward, range(count))
    told = days(ward)
    [window] = told["windows"]
    assert (value(told, "device_days"), window["supply_code"], value(told, "missing_to_99454")) == (
        count,
        code,
        missing,
    )
    assert window["setup_99453"] is (count >= 2)
    assert (window["first"], window["last"], window["days_left"]) == ("2026-01-10", "2026-02-08", 0)


def test_the_thirty_first_date_begins_another_window(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(31))
    told = days(ward, until=END + timedelta(days=10), period=45)
    assert [(each["device_days"], each["supply_code"], each["setup_99453"]) for each in told["windows"]] == [
        (30, "99454", True), (1, None, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("minutes", "counted"), [(-1, 2), (0, 1)])
def test_a_window_ends_with_the_midnight_of_the_patient(ward: Ward, minutes: int, counted: int) -> None:
    """Measured in its last hour, received a minute before midnight in New York or at it."""
    ana(ward)
    weigh(ward, range(1))
    midnight = datetime(2026, 2, 9, 5, tzinfo=UTC)
    at = midnight - timedelta(minutes=30)
    ward.now = midnight + timedelta(minutes=minutes)
    ward.take("device-of-ana", "weight", weighing(29, at))
    [window] = days(ward, until=midnight)["windows"]
    assert (window["device_days"], window["days_received_late"]) == (counted, 2 - counted)


def test_the_date_of_a_hand_over_is_a_day_of_both(ward: Ward) -> None:
    """What is measured at the very instant is of who gets the device."""
    ana(ward)
    ward.admit("ben", NEW_YORK)
    ward.hand("device-of-ana", "ben", from_at=START)
    ward.now = START + timedelta(hours=1)
    ward.take("device-of-ana", "weight", weighing(1, START - timedelta(minutes=1)), weighing(2, START))
    told = [days(ward, patient)["evidence"] for patient in ("ana", "ben")]
    assert [[(row["date"], row["readings"]) for row in each] for each in told] == [[("2026-01-10", 1)]] * 2


def test_what_a_telephone_typed_in_beside_the_device_takes_no_day_away(ward: Ward) -> None:
    ana(ward)
    ward.equip("ana", "a-telephone")
    weigh(ward, range(1))
    ward.now = START + timedelta(minutes=5)
    ward.take("a-telephone", "weight", weighing(1, START, entry="manual"))
    told = days(ward)
    assert (value(told, "device_days"), told["readings"]["left_out"]) == (1, {"manual": 1})


def test_a_clock_in_doubt_and_a_refused_reading_make_no_day(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(1))
    ward.now = START + timedelta(days=2)
    at = START + timedelta(days=1)
    assert ward.take("device-of-ana", "weight", weighing(1, datetime(2000, 1, 1, 0, 5, tzinfo=UTC))) == ["stored"]
    refused = taken("w3", at, weight=900.0)
    assert ward.take("device-of-ana", "weight", refused) == ["decode.out_of_range"]
    assert value(days(ward), "device_days") == 1


def test_many_readings_of_many_devices_are_one_day(ward: Ward) -> None:
    ana(ward)
    ward.equip("ana", "cuff-of-ana")
    ward.now = START + timedelta(hours=5)
    ward.take("device-of-ana", "weight", weighing(1, START), weighing(2, START + timedelta(hours=1)))
    ward.take("cuff-of-ana", "blood_pressure", taken("b", START, systolic=120, diastolic=70))
    told = days(ward)
    assert value(told, "device_days") == 1
    [row] = told["evidence"]
    assert (row["readings"], row["devices"]) == (3, ["cuff-of-ana", "device-of-ana"])


def test_the_date_is_the_patients_own(ward: Ward) -> None:
    """03:30 UTC is the evening before in New York."""
    ana(ward)
    ward.now = START
    instants = [datetime(2026, 1, 10, 3, 30, tzinfo=UTC), datetime(2026, 1, 10, 5, 30, tzinfo=UTC)]
    ward.take("device-of-ana", "weight", *(weighing(n, at) for n, at in enumerate(instants)))
    assert [row["date"] for row in days(ward)["evidence"]] == ["2026-01-09", "2026-01-10"]


@pytest.mark.parametrize(("month", "clocks"), [(3, 23), (11, 25)])
def test_a_day_of_23_or_25_hours_is_a_day(ward: Ward, month: int, clocks: int) -> None:
    first = datetime(2026, month, 8 if month == 3 else 1, 5 if month == 3 else 4, tzinfo=UTC)  # midnight in New York
    ward.now = first
    ward.admit("ana", NEW_YORK)
    instants = [first, first + timedelta(hours=clocks) - timedelta(seconds=1), first + timedelta(hours=clocks)]
    ward.now = instants[-1]
    ward.take("device-of-ana", "weight", *(weighing(n, at) for n, at in enumerate(instants)))
    told = days(ward, until=first + timedelta(days=3))
    assert [row["readings"] for row in told["evidence"]] == [2, 1]


@pytest.mark.parametrize(("after", "counted", "late"), [(0, 1, 0), (1, 0, 1)])
def test_what_arrives_after_the_window_is_shown_and_does_not_count(
    ward: Ward, after: int, counted: int, late: int
) -> None:
    """Measured on the window's last date, received on it or on the next."""
    ana(ward)
    weigh(ward, range(1))
    at = START + timedelta(days=29)
    ward.now = at + timedelta(days=after, minutes=5)
    ward.take("device-of-ana", "weight", weighing(29, at))
    told = days(ward)
    assert (value(told, "device_days"), value(told, "days_received_late")) == (1 + counted, late)
    assert told["windows"][0]["days_measured"] == 2
    assert [row["counts"] for row in told["evidence"]] == [True, bool(counted)]


def test_a_device_handed_over_makes_days_for_whoever_held_it(ward: Ward) -> None:
    ana(ward)
    ward.admit("ben", NEW_YORK)
    ward.hand("device-of-ana", "ben", from_at=START + timedelta(days=4, hours=-1))
    for number in range(10):
        ward.now = START + timedelta(days=number, minutes=5)
        ward.take("device-of-ana", "weight", weighing(number, START + timedelta(days=number)))
    ward.now = END
    assert [value(days(ward, patient), "device_days") for patient in ("ana", "ben")] == [4, 6]


@pytest.mark.parametrize(
    ("context", "why"),
    [
        ({"entry": "manual"}, "manual"),
        ({"kind": "test"}, "control_or_test"),
        ({"kind": "control_solution"}, "control_or_test"),
    ],
)
def test_typed_in_values_and_tests_make_no_day_and_are_counted(ward: Ward, context: dict[str, str], why: str) -> None:
    ana(ward)
    weigh(ward, range(2))
    weigh(ward, range(2, 5), **context)
    told = days(ward)
    assert value(told, "device_days") == 2
    assert told["readings"]["left_out"] == {why: 3}
    assert [row[f"excluded_{why}"] for row in told["evidence"]] == [0, 0, 1, 1, 1]


def test_a_value_typed_in_on_a_day_with_a_device_reading_takes_nothing_away(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(1))
    ward.take("device-of-ana", "weight", weighing(9, START + timedelta(hours=1), entry="manual"))
    assert value(days(ward), "device_days") == 1


def test_a_weighing_of_another_person_makes_no_day(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(4))
    at = START + timedelta(days=4)
    ward.take("device-of-ana", "weight", taken("other", at, weight=120.0))
    told = days(ward)
    assert (value(told, "device_days"), told["readings"]["left_out"]) == (4, {"other_person": 1})


def test_a_window_is_counted_whole_though_the_period_begins_within_it(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(40))
    ward.now = START + timedelta(days=41)
    told = days(ward, until=START + timedelta(days=40), period=11)
    assert [(each["window"], each["device_days"]) for each in told["windows"]] == [(1, 30), (2, 10)]
    assert days(ward, until=START + timedelta(days=40), period=5)["windows"][0]["window"] == 2


@pytest.mark.parametrize("typed", [False, True])
def test_nobody_has_no_window_and_the_page_says_so(ward: Ward, typed: bool) -> None:
    ana(ward)
    if typed:
        weigh(ward, range(3), entry="manual")
    told = days(ward)
    assert (told["windows"], told["why"]) == ([], "no device-day yet")
    assert "No device-day yet" in ward.report("device-days", "ana", 30, until=END).html()


def test_the_evidence_is_a_table_for_spreadsheets(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(3))
    report = ward.report("device-days", "ana", 30, until=END)
    rows = list(csv.DictReader(StringIO(report.csv())))
    assert [(row["patient"], row["date"], row["window"], row["counts"]) for row in rows] == [
        ("ana", f"2026-01-1{n}", "1", "yes") for n in range(3)
    ]
    with pytest.raises(ReportError, match="has no CSV"):
        ward.report("agp", "ana").csv()


def test_it_says_on_every_page_that_it_is_no_claim(ward: Ward) -> None:
    ana(ward)
    weigh(ward, range(2))
    report = ward.report("device-days", "ana", 30, until=END)
    assert "never a claim" in report.html()
    assert "never a claim" in " ".join(report.content["notes"])


def test_as_of_leaves_out_what_arrived_since(any_ward: Ward) -> None:
    ward = any_ward
    ana(ward)
    weigh(ward, range(3))
    before = days(ward)
    ward.now = END + timedelta(days=1)
    ward.take("device-of-ana", "weight", weighing(20, START + timedelta(days=20)))
    assert value(days(ward), "days_received_late") == 1
    again = ward.told("device-days", "ana", 30, until=END, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}
