"""Sleep and therapy, of nights that went through the write path."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reports.sleep.nights import best_thirty
from tests.support.wards import Ward, taken

START = datetime(2026, 3, 1, 22, tzinfo=UTC)
END = datetime(2026, 3, 31, tzinfo=UTC)


def night(number: int, hours: float = 8, begin: datetime | None = None, **values: float) -> dict[str, Any]:
    """The one that ends on 2 March and later ones; `denominator` is a word of the context."""
    start = begin or START + timedelta(days=number)
    context = {"denominator": values.pop("denominator")} if "denominator" in values else {}
    body = taken(f"n{number}-{start:%H%M}", start + timedelta(hours=hours), **values)
    return body | {"started_at": start.isoformat(), "context": context}


def sleep(ward: Ward, *nights: dict[str, Any]) -> str:
    device = ward.admit("ana")
    assert set(ward.take(device, "sleep", *nights)) <= {"stored"}
    return device


def told_of(ward: Ward, days: int = 29, until: datetime = END, **more: Any) -> dict[str, Any]:
    return ward.told("sleep", "ana", days, until=until, **more)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def test_a_night_is_from_noon_to_noon_and_named_after_the_date_on_which_it_ends(ward: Ward) -> None:
    """The third begins and ends before midnight, and is still not of the night before."""
    late, early = datetime(2026, 3, 4, 1, tzinfo=UTC), datetime(2026, 3, 4, 21, tzinfo=UTC)
    begun = [night(0, therapy_time=400), night(1, 6, late, therapy_time=350), night(2, 2.5, early, therapy_time=140)]
    sleep(ward, *begun)
    assert [row["night"] for row in told_of(ward)["nights"]] == ["2026-03-02", "2026-03-04", "2026-03-05"]


def test_four_hours_are_four_hours(ward: Ward) -> None:
    minutes = [240, 239, 480, 0, 300]
    sleep(ward, *(night(n, therapy_time=each) for n, each in enumerate(minutes)))
    told = told_of(ward, 29)
    names = ("nights_4h", "nights_under_4h", "nights_4h_pct", "therapy_hours_mean", "therapy_hours_mean_when_used")
    found = [value(told, name) for name in names]
    assert found == [3, 2, 60, pytest.approx(1259 / 60 / 5), pytest.approx(1259 / 60 / 4)]
    assert told["figures"]["nights_4h_pct_of_dates"]["n"] == 29


def test_two_sessions_of_a_night_are_one_night(ward: Ward) -> None:
    again = START + timedelta(hours=5)
    sleep(ward, night(0, 4, therapy_time=150, ahi=3), night(0, 3, again, therapy_time=120, ahi=9))
    told = told_of(ward)
    [row] = told["nights"]
    assert (row["therapy_time"], row["ahi"], value(told, "nights_4h")) == (270, 3, 1)


def test_efficiency_is_of_the_time_in_bed_and_stages_of_the_sleep(ward: Ward) -> None:
    """T6."""
    sleep(ward, *(night(n, time_in_bed=480, total_sleep=360, deep=90, wake_after_onset=60) for n in range(4)))
    told = told_of(ward)
    assert (value(told, "efficiency_mean"), value(told, "deep_pct")) == (75, 25)
    assert not told["figures"]["rem_pct"]["sufficient"]


def test_an_index_says_what_it_is_an_hour_of(ward: Ward) -> None:
    """T12."""
    said = ["sleep_time", "recording_time", "recording_time"]
    sleep(ward, *(night(n, ahi=6, denominator=each) for n, each in enumerate(said)), night(3, ahi=6))  # type: ignore[arg-type]  # a word
    told = told_of(ward)
    assert told["denominators"] == {"not said": 1, "recording_time": 2, "sleep_time": 1}
    assert told["notes"][0].startswith("Not said to be per hour of sleep: 3 indices.")


def test_of_a_recording_under_two_hours_no_index_is_used(ward: Ward) -> None:
    sleep(ward, *(night(n, ahi=4) for n in range(4)), night(4, 1.5, ahi=80))
    told = told_of(ward)
    assert (value(told, "ahi_mean"), told["figures"]["ahi_mean"]["n"], value(told, "nights")) == (4, 4, 5)


def test_regularity_knows_no_midnight(ward: Ward) -> None:
    """Middles at 23:50 and at 00:10 are twenty minutes apart, not a day."""
    begins = [datetime(2026, 3, 1 + n, 19, 50 if n % 2 else 30, tzinfo=UTC) for n in range(4)]
    sleep(ward, *(night(n, 8 + 1 / 3, begin, ahi=1) for n, begin in enumerate(begins)))
    assert value(told_of(ward), "midpoint_sd") == pytest.approx(11.547, rel=1e-4)


def test_three_nights_are_too_few_for_means(ward: Ward) -> None:
    sleep(ward, *(night(n, ahi=6, therapy_time=300) for n in range(3)))
    told = told_of(ward)
    assert told["why"] == "3 nights, and 4 are needed (design)"
    assert (value(told, "ahi_mean"), told["figures"]["ahi_mean"]["sufficient"]) == (6, False)


def used(*minutes: float) -> dict[date, float]:
    return {date(2026, 1, 1) + timedelta(days=n): each for n, each in enumerate(minutes)}


def test_the_best_thirty_are_in_a_row_within_the_first_ninety() -> None:
    nights = used(*[0] * 3, *[300] * 10, *[100] * 40, *[300] * 25, *[0] * 20, *[480] * 60)
    best = best_thirty(nights, date(2026, 12, 31))
    assert best is not None
    assert (best["therapy_begun"], best["nights"], best["dates_so_far"]) == ("2026-01-04", 25, 90)
    assert date.fromisoformat(best["last"]) - date.fromisoformat(best["first"]) == timedelta(days=29)


@pytest.mark.parametrize(("until", "known"), [(29, False), (30, True)])
def test_thirty_dates_must_be_over_before_there_is_a_best(until: int, known: bool) -> None:
    assert (best_thirty(used(300), date(2026, 1, until)) is not None) is known


def test_a_date_without_a_night_is_one_without_four_hours() -> None:
    nights = {day: minutes for n, (day, minutes) in enumerate(used(*[300] * 30).items()) if n % 3 == 0}
    best = best_thirty(nights, date(2026, 1, 30))
    assert best is not None
    assert best["percent"] == pytest.approx(100 / 3)


def test_nobody_on_therapy_has_a_best() -> None:
    assert best_thirty(used(*[0] * 60), date(2026, 12, 31)) is None


def test_the_best_thirty_are_found_wherever_the_report_begins(ward: Ward) -> None:
    sleep(ward, *(night(n, therapy_time=300) for n in range(30)))
    told = told_of(ward, 7, END + timedelta(days=10))
    assert (told["readings"]["used"], told["best_thirty"]["nights"]) == (0, 30)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_a_single_night_are_reported_as_what_they_are(ward: Ward, count: int) -> None:
    sleep(ward, *(night(n, therapy_time=0) for n in range(count)))
    told = told_of(ward)
    assert not told["sufficient"]
    page = ward.report("sleep", "ana", 29, until=END).html()
    assert "nan" not in page.lower()
    assert ("No night in this period" in page) is (count == 0)


def test_a_page_shows_what_nights_have_and_nothing_else(ward: Ward) -> None:
    sleep(ward, *(night(n, ahi=6, therapy_time=300, leak=10, pressure=8) for n in range(5)))
    page = ward.report("sleep", "ana", 29, until=END).html()
    assert page.count("<svg") == 3
    assert "REM" not in page


def test_without_therapy_the_hours_asleep_are_drawn_and_the_saturation_where_it_is_known(ward: Ward) -> None:
    slept = {"total_sleep": 420, "time_in_bed": 470, "spo2_mean": 94, "spo2_min": 86}
    sleep(ward, *(night(n, **slept) for n in range(5)))
    page = ward.report("sleep", "ana", 29, until=END).html()
    assert "Hours asleep" in page
    assert 'data-series="lowest saturation" data-points="5"' in page
    assert "Therapy" not in page.replace("Sleep and therapy", "")


def test_as_of_leaves_out_nights_that_arrived_since(ward: Ward) -> None:
    device = sleep(ward, *(night(n, therapy_time=300) for n in range(5)))
    before = told_of(ward)
    ward.now += timedelta(hours=1)
    ward.take(device, "sleep", night(6, therapy_time=100))
    assert value(told_of(ward), "nights") == 6
    again = told_of(ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}


def lowenstein(corpora: Path) -> list[dict[str, str]]:
    folder = corpora / "cpap-lowenstein"
    names = (folder / "COLUMNS.txt").read_text().split()
    with (folder / "sessions_export.csv").open(newline="") as lines:
        return [dict(zip(names, row, strict=True)) for row in csv.reader(lines)]


def replayed(ward: Ward, rows: list[dict[str, str]], patient: str) -> dict[str, Any]:
    """The report of a machine's nights."""
    machine = ward.admit(patient, "Europe/Berlin")
    for number, row in enumerate(rows):
        begin, hours = datetime.fromisoformat(row["session_start"] + ":00"), float(row["therapy_hours"])
        body = night(number, hours, begin, ahi=float(row["sessions_ahi"]))
        body["values"]["therapy_time"] = {"value": hours, "unit": "h"}
        assert ward.take(machine, "sleep", body) == ["stored"]
    return ward.told("sleep", patient, 60, until=datetime(2026, 8, 1, tzinfo=UTC))


@pytest.mark.slow
def test_hours_of_two_real_machines_are_those_known_of_both(ward: Ward, corpora: Path) -> None:
    """Of the known mean index this report leaves out the two nights under two hours."""
    rows = lowenstein(corpora)
    known = json.loads((corpora / "cpap-lowenstein" / "expected.json").read_text())
    both = [
        replayed(ward, [row for row in rows if row["device_id"] == each], f"of-{each}") for each in known["devices"]
    ]
    hours = sum(value(told, "therapy_hours_total") for told in both)
    assert (round(hours, 4), round(hours / known["nights"], 4)) == (known["hours_total"], known["hours_mean"])
    assert sum(value(told, "nights_under_4h") for told in both) == known["nights_under_4h"]
    nights = [row for told in both for row in told["nights"]]
    assert sum(row["ahi"] is None for row in nights) == 2
    stated = {each["start"]: each["ahi_given"] for each in known["nights_list"]}
    assert round(sum(stated.values()) / len(stated), 4) == known["ahi_mean_of_nights"]
    ends = [date.fromisoformat(each["date"]) + timedelta(days=1) for each in known["nights_list"]]
    assert sorted(row["night"] for row in nights) == sorted(day.isoformat() for day in ends)


@pytest.mark.slow
@pytest.mark.parametrize("device", ["31", "43"])
def test_hours_and_indices_are_those_of_real_nights_on_therapy(ward: Ward, corpora: Path, device: str) -> None:
    """The stated index is kept; that of nights under two hours is left out, which the known mean of it counts."""
    rows = [row for row in lowenstein(corpora) if row["device_id"] == device]
    known = json.loads((corpora / "cpap-lowenstein" / "expected.json").read_text())
    told = replayed(ward, rows, "ana")
    hours = [float(row["therapy_hours"]) for row in rows]
    assert value(told, "therapy_hours_total") == pytest.approx(sum(hours), rel=1e-6)
    assert value(told, "nights") == known["devices"][device]
    assert value(told, "nights_under_4h") == sum(each < 4 for each in hours)
    long = [float(row["sessions_ahi"]) for row in rows if float(row["therapy_hours"]) >= 2]
    assert value(told, "ahi_mean") == pytest.approx(sum(long) / len(long), rel=1e-6)
    assert all(one["night"] < two["night"] for one, two in pairwise(told["nights"]))


@pytest.mark.slow
def test_hours_are_those_of_four_real_months(ward: Ward, corpora: Path) -> None:
    folder = corpora / "cpap-myair"
    rows = [row for file in sorted(folder.glob("sleep-*.json")) for row in json.loads(file.read_text())["sleepRecords"]]
    machine = ward.admit("ana")
    for number, row in enumerate(rows):
        begin = datetime.fromisoformat(row["startDate"] + "T21:00:00+00:00")
        body = night(number, max(row["totalUsage"], 10) / 60, begin, therapy_time=row["totalUsage"], ahi=row["ahi"])
        assert ward.take(machine, "sleep", body) == ["stored"]
    told = told_of(ward, 150, datetime(2025, 12, 31, tzinfo=UTC))
    assert value(told, "nights") == len(rows) == 120
    assert round(value(told, "therapy_hours_mean") * 60, 4) == 420.3833
    known = json.loads((folder / "expected.json").read_text())
    long = [each["therapy_time"] for each in told["nights"] if each["therapy_time"] > 120]
    assert round(sum(long) / len(long), 4) == known["mean_minutes_over_120"]
    assert sum(each["therapy_time"] == 0 for each in told["nights"]) == known["zero_usage_nights"]
    assert max(each["therapy_time"] for each in told["nights"]) == known["max_minutes"]
    used = [row["totalUsage"] for row in rows if row["totalUsage"]]
    assert value(told, "therapy_hours_mean_when_used") == pytest.approx(sum(used) / len(used) / 60, rel=1e-6)
    assert value(told, "nights_under_4h") == sum(row["totalUsage"] < 240 for row in rows)
    assert value(told, "best_30_pct") is not None
