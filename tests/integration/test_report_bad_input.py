"""Every report of what goes wrong at home and at the desk: it says so, and shows no wrong number."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flags.actions import acknowledge
from flags.evaluate import evaluate
from models.tables import Flag
from registry.enrolments import join_programme
from registry.facts import set_fact
from reports.table import KINDS
from tests.support.schemas import faults
from tests.support.wards import Ward, taken

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
END = datetime(2026, 3, 16, tzinfo=UTC)
SENSOR = {"context": {"specimen": "interstitial"}}
MEASURES = ("blood_pressure", "weight", "glucose", "sleep")


def reading(measure: str, name: str, at: datetime, **more: Any) -> dict[str, Any]:
    values = {
        "blood_pressure": {"systolic": 128, "diastolic": 76, "pulse": 66}, "weight": {"weight": 80},
        "glucose": {"glucose": 120}, "sleep": {"therapy_time": 400, "total_sleep": 420, "ahi": 3},
    }[measure]  # fmt: skip
    begun = {"started_at": (at - timedelta(hours=8)).isoformat()} if measure == "sleep" else {}
    return taken(f"{measure[0]}{name}", at, **values) | begun | more


def daily(ward: Ward, device: str, days: range, label: str = "", **more: Any) -> list[str]:
    """One of each measure a day; answers the verdicts."""
    return [
        verdict
        for measure in MEASURES
        for verdict in ward.take(
            device, measure, *(reading(measure, f"{label}{n}", START + timedelta(days=n), **more) for n in days)
        )
    ]


def told(ward: Ward, report: str, days: int = 14, until: datetime = END) -> tuple[dict[str, Any], str]:
    """The report as strict JSON, and its page; figures without a value say why."""
    made = ward.report(report, "all" if KINDS[report].many else "ana", days, until=until)
    content = msgspec.to_builtins(made.content)
    json.dumps(content, allow_nan=False)
    assert faults(content) == []
    page = made.html()
    assert re.findall(r"\b(?:nan|nat|inf|None(?! was|:))\b", re.sub(r"<style>.*?</style>", "", page, flags=re.S)) == []
    lines = [
        *content["figures"].values(),
        *(line for each in content.get("programmes", {}).values() for line in each.values()),
    ]
    assert [line for line in lines if line["value"] is None and (line["sufficient"] or not line["why"])] == []
    return content, page


every_report = pytest.mark.parametrize("report", KINDS)
of_streams = pytest.mark.parametrize("report", [name for name in KINDS if name not in ("device-days", "quality")])


@every_report
def test_an_empty_period_between_readings_is_no_reading(ward: Ward, report: str) -> None:
    device = ward.admit("ana")
    daily(ward, device, range(3))
    content, page = told(ward, report, 2, START + timedelta(days=9))
    if report == "device-days":  # a window is counted whole
        assert content["figures"]["device_days"]["value"] == 0
    else:
        assert (content["sufficient"], content["readings"]["used"] in (0, 6)) == (False, True)
    assert "stable" not in page.lower()


@every_report
def test_one_reading_is_one_reading(ward: Ward, report: str) -> None:
    device = ward.admit("ana")
    for measure in MEASURES:
        ward.take(device, measure, reading(measure, "1", END - timedelta(days=3)))
    content, _ = told(ward, report)
    assert content["readings"]["used"] == {"agp": 1, "home-bp": 1, "weight": 1, "sleep": 1}.get(report, 4)
    figures = content["figures"]
    assert [
        name for name in figures if name.endswith(("_sd", "cv_pct", "midpoint_sd")) and figures[name]["sufficient"]
    ] == []


@every_report
def test_everything_in_quarantine_is_no_reading(ward: Ward, report: str) -> None:
    device = ward.admit("ana")
    wrong = {
        "blood_pressure": {"systolic": 900, "diastolic": 20}, "weight": {"weight": 900}, "glucose": {"glucose": 9000},
        "sleep": {"ahi": -4},
    }  # fmt: skip
    for measure, values in wrong.items():
        body = reading(measure, "x", START) | {"values": taken("", START, **values)["values"]}
        assert ward.take(device, measure, body)[0].startswith("decode.")
    content, _ = told(ward, report)
    assert (content["sufficient"], content["readings"]["used"]) == (False, 0)
    assert content["why"]


@every_report
def test_a_patient_who_travels_is_told_by_the_zone_and_the_report_says_so(ward: Ward, report: str) -> None:
    """Readings at 07:00 in Paris and then at 07:00 in Tokyo, which is 23:00 of the date before in Paris."""
    ward.now = END
    device = ward.admit("ana", "Europe/Paris")
    for n in range(10):
        local = (START + timedelta(days=n)).replace(tzinfo=timezone(timedelta(hours=9 if n >= 5 else 1)))
        for measure in MEASURES:
            body = reading(measure, str(n), local.astimezone(UTC)) | {"measured_at": local.isoformat()}
            assert ward.take(device, measure, body) == ["stored"]
    content, _ = told(ward, report)
    expected = {"agp": 5, "home-bp": 5, "weight": 5, "sleep": 5}.get(report, 20)
    if report == "quality":
        assert content["figures"]["other_offset"]["value"] == expected
    else:
        assert f"than the patient's zone has: {expected} readings" in " ".join(content["notes"])
    assert content["figures"].get("device_days", {"value": 9})["value"] == 9


@every_report
def test_a_swapped_device_goes_on_where_the_other_ended(ward: Ward, report: str) -> None:
    first = ward.admit("ana")
    daily(ward, first, range(7))
    second = ward.equip("ana", "second-device", from_at=START + timedelta(days=7), model="other")
    assert set(daily(ward, second, range(7, 14))) == {"stored"}
    content, _ = told(ward, report)
    one = {"agp": 14, "home-bp": 14, "weight": 14, "sleep": 14}
    assert content["readings"]["used"] == one.get(report, 56)
    if "devices" in content:
        assert {(each["device"], each["n"]) for each in content["devices"]} == {(first, 7), ("second-device", 7)}


@of_streams
def test_what_two_devices_sent_of_one_measurement_is_one_reading(ward: Ward, report: str) -> None:
    """A meter and the telephone beside it; rules use one of the two as well."""
    first = ward.admit("ana")
    daily(ward, first, range(14))
    before, _ = told(ward, report)
    second = ward.equip("ana", "telephone")
    assert set(daily(ward, second, range(14), "copy")) == {"stored"}
    after, _ = told(ward, report)
    assert after["figures"] == before["figures"]
    used = before["readings"]["used"]
    assert (after["readings"]["used"], after["readings"]["left_out"]) == (used, {"copy_of_another_device": used})


@every_report
def test_a_clock_that_cannot_be_believed_makes_no_figure(ward: Ward, report: str) -> None:
    device = ward.admit("ana")
    daily(ward, device, range(14))
    before, _ = told(ward, report)
    for measure in MEASURES:  # a clock at its default, and one a year ahead
        for n, at in enumerate((datetime(2000, 1, 1, 0, 5, tzinfo=UTC), ward.now + timedelta(days=365))):
            ward.take(device, measure, reading(measure, f"bad{n}", at))
    after, _ = told(ward, report)
    if report == "quality":
        assert after["figures"]["refused"]["value"] == before["figures"]["refused"]["value"]
    else:
        assert after["figures"] == before["figures"]
    assert after["readings"]["digest"] == before["readings"]["digest"]


@every_report
def test_ten_years_are_a_report(ward: Ward, report: str) -> None:
    """A weighing, a pressure and a night a week, and the last days of a sensor; a page that can still be opened."""
    device, until, weeks = ward.admit("ana", "Europe/Paris"), datetime(2026, 3, 16, tzinfo=UTC), 522
    for measure in ("blood_pressure", "weight", "sleep"):
        at = (until - timedelta(days=7 * n + 1) for n in range(weeks))
        ward.take(device, measure, *(reading(measure, str(n), each) for n, each in enumerate(at)))
    samples = (reading("glucose", str(n), until - timedelta(minutes=5 * n + 5), **SENSOR) for n in range(600))
    ward.take(device, "glucose", *samples)
    content, page = told(ward, report, 3653, until)
    used = {"agp": 600, "home-bp": weeks, "weight": weeks, "sleep": weeks, "device-days": None}
    if (count := used.get(report, 3 * weeks + 600)) is not None:
        assert content["readings"]["used"] == count
    assert len(page) < 3_000_000
    assert ("A point is 19 dates." in page) is (report == "patient")


@every_report
@pytest.mark.parametrize("year", [1900, 2199])
def test_the_first_and_the_last_year_that_may_be_asked_for_are_empty_periods(
    ward: Ward, report: str, year: int
) -> None:
    device = ward.admit("ana", "Asia/Tokyo")
    daily(ward, device, range(2))
    content, _ = told(ward, report, 36_525 if year == 1900 else 30, datetime(year, 1, 1, tzinfo=UTC))
    assert content["figures"] is not None
    assert not content["sufficient"] or report == "device-days"


@every_report
def test_a_cursor_before_everything_is_a_report_of_nothing(ward: Ward, report: str) -> None:
    device = ward.admit("ana")
    daily(ward, device, range(5))
    subject = "all" if KINDS[report].many else "ana"
    made = ward.report(report, subject, 14, until=END, cursor=datetime(2020, 1, 1, tzinfo=UTC))
    assert (made.content["readings"]["used"], made.content["sufficient"]) == (0, False)
    assert made.html()


@every_report
def test_as_of_gives_the_same_report_whatever_happened_since(ward: Ward, report: str) -> None:
    """Readings arrived late, a flag was raised and acknowledged, facts and a programme were stated."""
    device = ward.admit("ana", facts=("condition=hypertension",))
    daily(ward, device, range(10))
    before, _ = told(ward, report)
    cursor = ward.now
    ward.now += timedelta(hours=1)
    daily(ward, device, range(10, 14), "late")
    ward.take(device, "blood_pressure", taken("sev", END - timedelta(days=2, hours=3), systolic=190, diastolic=99))
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    with Session(ward.engine) as session, session.begin():
        set_fact(session, "ana", "dry_weight", "70", author="test", now=ward.now)
        join_programme(session, "ana", "hypertension", author="test", now=ward.now, from_at=START)
        for flag in session.scalars(select(Flag)).all():
            if flag.status == "open":
                acknowledge(session, flag.id, actor="nurse", note="", now=ward.now)
    subject = "all" if KINDS[report].many else "ana"
    again = msgspec.to_builtins(ward.report(report, subject, 14, until=END, cursor=cursor).content)
    assert again == before | {"made_at": again["made_at"]}
    later, _ = told(ward, report)
    assert later["readings"]["used"] > before["readings"]["used"] or report == "device-days"
