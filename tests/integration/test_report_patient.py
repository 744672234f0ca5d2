"""The whole patient, of readings that went through the write path."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy.orm import Session

from flags.actions import acknowledge
from flags.evaluate import evaluate
from models.tables import MadeReport, ReportRun, ReportSchedule
from registry.facts import set_fact
from reports.run import Report
from tests.support.wards import Ward, every, taken

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
END = datetime(2026, 3, 30, tzinfo=UTC)
MIDDLE = datetime(2026, 3, 16, tzinfo=UTC)
SENSOR = {"context": {"specimen": "interstitial"}}


def ana(ward: Ward, sensor: int = 0) -> str:
    """Two weeks and two weeks: pressure falls, weight rises, nights on therapy get fewer; so many samples of a sensor
    at the end."""
    device = ward.admit("ana", facts=("condition=heart_failure", "dry_weight=79"))
    days = [START + timedelta(days=n) for n in range(28)]
    late = [n >= 14 for n in range(28)]
    ward.take(
        device, "blood_pressure",
        *(taken(f"b{n}", at, systolic=135 if now else 150, diastolic=84, pulse=70)
          for n, (at, now) in enumerate(zip(days, late, strict=True))),
    )  # fmt: skip
    ward.take(device, "weight", *(taken(f"w{n}", at, weight=80 + 0.12 * n) for n, at in enumerate(days)))
    nights = (
        taken(f"s{n}", at, therapy_time=200 if now and n % 2 else 400, ahi=4, total_sleep=420)
        | {"started_at": (at - timedelta(hours=8)).isoformat()}
        for n, (at, now) in enumerate(zip(days, late, strict=True))
    )
    ward.take(device, "sleep", *nights)
    low_or_not = (
        taken(f"g{n}", at, glucose=60 if n % 10 == 0 else 120) | SENSOR
        for n, at in enumerate(every(15, END - timedelta(minutes=15) * sensor, sensor))
    )
    ward.take(device, "glucose", *low_or_not)
    return device


def told_of(ward: Ward, report: str = "patient", **more: Any) -> dict[str, Any]:
    return ward.told(report, "ana", 14, until=END, **more)


def values(told: dict[str, Any], *names: str) -> list[Any]:
    return [told["figures"][name]["value"] for name in names]


def test_figures_are_those_of_the_reports_of_each_stream(ward: Ward) -> None:
    ana(ward, sensor=400)
    whole, pressure, sleep, glucose = (told_of(ward, name) for name in ("patient", "home-bp", "sleep", "agp"))
    assert values(whole, "systolic_mean", "diastolic_mean", "pulse_mean") == pytest.approx(
        values(pressure, "systolic_mean", "diastolic_mean", "pulse_mean")
    )
    assert values(whole, "ahi_mean", "total_sleep_mean", "nights_4h_pct") == pytest.approx(
        values(sleep, "ahi_mean", "total_sleep_mean", "nights_4h_pct")
    )
    assert values(whole, "cgm_in_range_pct", "cgm_below_70_pct") == pytest.approx(
        values(glucose, "tir_70_180", "tbr_below_70")
    )
    before = ward.told("home-bp", "ana", 14, until=MIDDLE - timedelta(microseconds=1))
    compared = {row["figure"]: row for row in whole["compared"]}
    assert compared["systolic_mean"]["before"]["value"] == pytest.approx(before["figures"]["systolic_mean"]["value"])


def test_two_periods_stand_side_by_side_with_what_the_rules_say_of_them(ward: Ward) -> None:
    ana(ward)
    told = told_of(ward)
    verdicts = {row["figure"]: row["verdict"] for row in told["compared"]}
    assert verdicts == {
        "systolic_mean": "improved", "diastolic_mean": "below_threshold", "pulse_mean": "below_threshold",
        "cgm_in_range_pct": "not_comparable", "cgm_below_70_pct": "not_comparable",
        "meter_in_range_pct": "not_comparable", "weight_median": "below_threshold", "ahi_mean": "below_threshold",
        "total_sleep_mean": "below_threshold", "nights_4h_pct": "worsened",
    }  # fmt: skip
    assert told["changed"][:2] == [
        "Nights with 4 h of therapy or more fell by 50.0 points, from 100.0 (n = 14) to 50.0 (n = 14) %: farther from"
        " 70 or more.",
        "Systolic mean fell by 15.0 mmHg, from 150.0 (n = 14) to 135.0 (n = 14) mmHg: nearer to 90 to 130.",
    ]
    assert "No readings in either period, so nothing to compare: sensor glucose, meter glucose." in told["changed"]


def test_readings_of_one_period_alone_are_not_compared_with_nothing(ward: Ward) -> None:
    device = ward.admit("ana")
    days = [MIDDLE + timedelta(days=n, hours=7) for n in range(14)]
    ward.take(device, "weight", *(taken(f"w{n}", at, weight=80) for n, at in enumerate(days)))
    told = told_of(ward)
    assert told["changed"][0] == (
        "Weight, median of first weighings: not enough readings to compare; in the period before no readings."
    )
    page = ward.report("patient", "ana", 14, until=END).html()
    assert "stable" not in page.lower()
    assert "not enough readings to compare" in page


def test_flags_medicines_and_what_was_done_stand_on_the_axis_of_the_readings(ward: Ward) -> None:
    device = ana(ward, sensor=20)
    ward.take(device, "blood_pressure", taken("sev", END - timedelta(days=2), systolic=190, diastolic=99))
    evaluate(ward.engine, ["ana"], clock=lambda: END - timedelta(days=1))
    severe = next(flag for flag in told_of(ward)["flags"] if flag["rule"] == "BP-SEV")
    with Session(ward.engine) as session, session.begin():
        at = END - timedelta(hours=20)
        acknowledge(session, UUID(severe["flag"]), actor="Nurse Kim", note="phoned", now=at)
        dose = "furosemide 80 mg once daily"
        set_fact(session, "ana", "medicine", dose, author="test", now=at, from_at=MIDDLE + timedelta(days=3))
    told = told_of(ward)
    assert [(act["rule"], act["act"], act["by"], act["note"]) for act in told["acts"]] == [
        ("BP-SEV", "acknowledged", "Nurse Kim", "phoned")
    ]
    assert told["medicines"] == [
        {"name": "medicine", "value": dose, "from_at": "2026-03-19T00:00:00Z", "until_at": None}
    ]
    assert f"Begun on 2026-03-19: {dose} (medicine)." in told["changed"]
    assert values(told, "flags_acted_on") == [1]
    page = ward.report("patient", "ana", 14, until=END).html()
    series = ("systolic", "sensor, median", "on therapy", "BP-SEV (CRIT)", dose)
    assert [name for name in series if f'data-series="{name}"' not in page] == []


def test_a_stream_without_readings_has_no_strip(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(device, "weight", taken("w", START + timedelta(days=20), weight=80))
    page = ward.report("patient", "ana", 14, until=END).html()
    assert ("Weight, kg" in page, "Pressure, mmHg" in page) == (True, False)


def test_as_of_gives_the_same_report_although_readings_arrived_since(any_ward: Ward) -> None:
    device = any_ward.admit("ana")
    any_ward.take(device, "weight", taken("w0", START + timedelta(days=20), weight=80))
    before = told_of(any_ward)
    any_ward.now += timedelta(hours=1)
    any_ward.take(device, "weight", taken("w1", START + timedelta(days=21), weight=90))
    with Session(any_ward.engine) as session, session.begin():
        set_fact(session, "ana", "dry_weight", "70", author="test", now=any_ward.now)
    again = told_of(any_ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}
    assert told_of(any_ward)["figures"] != before["figures"]


def keep(ward: Ward, made: Report) -> None:
    """As the worker does."""
    period, now, (schedule, run) = made.ask.period, ward.now, (uuid4(), uuid4())
    rows = (
        ReportSchedule(
            id=schedule, report="patient", patient_id="ana", programme=None, days=14, every="week", on_day="monday",
            at_time="00:00", zone="patient", destination="folder:x", private=False, author="test", made_at=now,
            active_since=now, paused_at=None, removed_at=None,
        ),
        ReportRun(
            id=run, schedule_id=schedule, due_at=period.until, asked=False, begun_at=now, made=1, failed=0, made_at=now,
            ended_at=now, outcome="delivered", attempts=0, again_at=now, problem=None,
        ),
        MadeReport(
            id=uuid4(), run_id=run, schedule_id=schedule, due_at=period.until, subject="ana", report="patient",
            patient_id="ana", programme=None, since=period.since, until=period.until, cursor=made.ask.cursor,
            made_at=now, sufficient=True, digest=made.found.digest, body=json.loads(msgspec.json.encode(made.content)),
            page=b"", pdf=None, delivered_to=None, delivered_at=None,
        ),
    )  # fmt: skip
    with Session(ward.engine) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


def test_what_changed_is_since_the_last_report_that_was_kept(ward: Ward) -> None:
    ana(ward)
    keep(ward, ward.report("patient", "ana", 14, until=END - timedelta(days=7)))
    ward.now += timedelta(days=1)
    told = told_of(ward)
    assert told["last_report"]["until"] == "2026-03-23T00:00:00Z"
    assert told["changed"][0].startswith("Nights with 4 h of therapy or more fell by 28.6 points, from 78.6 (n = 14)")
    assert "dates in common" in told["notes"][0]
    assert "another number of days" in ward.told("patient", "ana", 20, until=END)["notes"][0]
    assert "What changed since the last report" in ward.report("patient", "ana", 14, until=END).html()
    before = told_of(ward, cursor=ward.now - timedelta(days=2))
    assert (before["last_report"], before["since_last"]) == (None, [])


def test_glucose_is_shown_in_the_unit_that_was_asked_for(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(device, "glucose", taken("g", START + timedelta(days=20), glucose=180.156))
    assert told_of(ward, unit="mmol/L")["days"][0]["meter_mean"] == pytest.approx(10)
