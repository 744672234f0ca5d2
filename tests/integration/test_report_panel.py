"""A group of patients, of readings that went through the write path."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from flags.actions import acknowledge
from flags.evaluate import evaluate
from registry.enrolments import join_programme
from registry.facts import set_fact
from reports.change.judge import Change
from reports.change.table import COMPARED
from reports.figure import figure
from reports.panel.members import outcome
from tests.support.wards import Ward, taken

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
END = datetime(2026, 3, 30, tzinfo=UTC)
DAYS = [START + timedelta(days=n) for n in range(28)]


def measure(ward: Ward, patient: str, before: int, now: int, days: list[datetime] | None = None) -> str:
    """A pressure each morning: two weeks of one systolic and two weeks of another."""
    device = ward.admit(patient)
    middle = END - timedelta(days=14)
    said = (
        taken(f"{patient}{at:%d}", at, systolic=now if at >= middle else before, diastolic=75, pulse=70)
        for at in (DAYS if days is None else days)
    )
    ward.take(device, "blood_pressure", *said)
    return device


def join(ward: Ward, programme: str, *patients: str) -> None:
    with Session(ward.engine) as session, session.begin():
        for patient in patients:
            join_programme(session, patient, programme, author="test", now=ward.now, from_at=START - timedelta(days=60))


def panel(ward: Ward, subject: str = "all", **more: Any) -> dict[str, Any]:
    return ward.told("panel", subject, 14, until=END, **more)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def by_patient(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {each["patient"]: each[name] for each in told["patients"]}


def five(ward: Ward) -> None:
    for patient, before, now in (("ana", 150, 125), ("ben", 125, 150), ("cem", 125, 126), ("dia", 150, 128)):
        measure(ward, patient, before, now)
    measure(ward, "eva", 150, 120, DAYS[-2:])
    join(ward, "hypertension", "ana", "ben", "cem", "dia", "eva")


def test_a_group_is_who_improved_and_who_worsened_and_of_whom_nothing_is_known(ward: Ward) -> None:
    five(ward)
    told = panel(ward)
    assert by_patient(told, "outcome") == {
        "ana": "improved", "ben": "worsened", "cem": "below_threshold", "dia": "improved", "eva": "not_comparable",
    }  # fmt: skip
    assert [value(told, name) for name in ("improved", "worsened", "not_comparable")] == [2, 1, 1]
    assert (value(told, "improved_pct"), told["figures"]["improved_pct"]["n"]) == (50, 4)
    assert "4 patients who can be compared, and 5 are needed" in told["figures"]["improved_pct"]["why"]


def test_verdicts_are_those_of_the_report_of_the_whole_patient(ward: Ward) -> None:
    five(ward)
    changes = by_patient(panel(ward), "changes")
    for patient in ("ana", "ben", "eva"):
        compared = ward.told("patient", patient, 14, until=END)["compared"]
        known = {row["figure"]: row["verdict"] for row in compared if row["before"]["n"] or row["now"]["n"]}
        assert changes[patient] == known


def test_control_is_by_programme_and_of_those_of_whom_it_can_be_told(ward: Ward) -> None:
    five(ward)
    told = panel(ward, "programme:hypertension")
    assert by_patient(told, "controlled")["eva"] == {"hypertension": None}
    assert (value(told, "control_pct"), told["figures"]["control_pct"]["n"]) == (75, 4)
    assert told["programmes"]["hypertension"]["control_pct"]["value"] == 75
    assert [each["controlled"] for each in told["limits"] if "controlled" in each] == [
        "systolic_mean < 130 and diastolic_mean < 80"
    ]


def test_adherence_is_to_what_the_programme_asks_for(ward: Ward) -> None:
    """A reading in three dates; of fourteen dates four such spans, counted from the newest."""
    measure(ward, "ana", 120, 120, [END - timedelta(hours=17), END - timedelta(days=3, hours=17)])
    measure(ward, "ben", 120, 120)
    measure(ward, "cem", 120, 120)
    join(ward, "hypertension", "ana", "ben")
    told = panel(ward)
    assert by_patient(told, "adherence_pct") == {"ana": 50, "ben": 100, "cem": None}
    assert (value(told, "adherence_pct"), told["figures"]["adherence_pct"]["n"]) == (75, 2)


def test_nobody_is_expected_to_measure_in_hospital(ward: Ward) -> None:
    measure(ward, "ana", 120, 120, [at for at in DAYS if at < END - timedelta(days=7)])
    join(ward, "hypertension", "ana")
    assert by_patient(panel(ward), "adherence_pct") == {"ana": 50}
    with Session(ward.engine) as session, session.begin():
        away = END - timedelta(days=7)
        set_fact(session, "ana", "paused", "hospital", author="test", now=ward.now, from_at=away, until_at=END)
    assert by_patient(panel(ward), "adherence_pct") == {"ana": 100}


def test_flags_are_those_that_began_and_time_is_until_somebody_acted(ward: Ward) -> None:
    device = measure(ward, "ana", 120, 120)
    ward.take(device, "blood_pressure", taken("sev", END - timedelta(days=2), systolic=190, diastolic=99))
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    severe = next(flag for flag in ward.told("patient", "ana", 14, until=END)["flags"] if flag["rule"] == "BP-SEV")
    with Session(ward.engine) as session, session.begin():
        acknowledge(session, UUID(severe["flag"]), actor="nurse", note="", now=ward.now + timedelta(minutes=9))
    ward.now += timedelta(hours=1)
    told = panel(ward)
    names = ("flags_critical", "minutes_to_act_median", "critical_within_15_min_pct")
    assert [value(told, name) for name in names] == [1, 9, 100]
    before = panel(ward, cursor=ward.now - timedelta(minutes=55))
    assert (value(before, "flags_critical"), before["figures"]["minutes_to_act_median"]["n"]) == (1, 0)


@pytest.mark.parametrize("subject", ["all", "programme:hypertension"])
def test_nobody_in_the_group_is_said_and_no_figure_is_made(ward: Ward, subject: str) -> None:
    if subject != "all":
        measure(ward, "ana", 120, 120)
    told = panel(ward, subject)
    assert (told["sufficient"], told["why"], told["readings"]["used"]) == (False, "nobody is in the group", 0)
    page = ward.report("panel", subject, 14, until=END).html()
    assert "Nobody is in this group" in page
    assert "nan" not in page.lower()


def test_each_patients_dates_are_those_of_their_own_zone(ward: Ward) -> None:
    """22:00 in London is the next date in Tokyo."""
    for patient, zone in (("ana", "Europe/London"), ("ben", "Asia/Tokyo")):
        device = ward.admit(patient, zone)
        ward.take(
            device, "weight", *(taken(f"{patient}{n}", END - timedelta(days=n, hours=2), weight=80) for n in (2, 3))
        )
        ward.take(device, "weight", taken(f"{patient}-noon", END - timedelta(days=3, hours=12), weight=80))
    assert by_patient(panel(ward), "dates_with_readings") == {"ana": 2, "ben": 3}


def test_as_of_gives_the_same_panel_although_much_has_happened_since(any_ward: Ward) -> None:
    measure(any_ward, "ana", 150, 125)
    join(any_ward, "hypertension", "ana")
    before = panel(any_ward)
    any_ward.now += timedelta(hours=1)
    measure(any_ward, "ben", 150, 125)
    join(any_ward, "hypertension", "ben")
    any_ward.take(
        "device-of-ana", "blood_pressure", taken("more", END - timedelta(hours=1), systolic=190, diastolic=99)
    )
    again = panel(any_ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}
    assert panel(any_ward)["figures"] != before["figures"]


@pytest.fixture
def statements(ward: Ward) -> Iterator[list[str]]:
    """What the database is asked, as it happens."""
    told: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        told.append(statement)

    event.listen(ward.engine, "before_cursor_execute", hear)
    yield told
    event.remove(ward.engine, "before_cursor_execute", hear)


def test_ten_patients_are_read_with_as_many_statements_as_one(ward: Ward, statements: list[str]) -> None:
    measure(ward, "pt-0", 150, 125)
    counts = []
    for patients in (1, 10):
        for n in range(1, patients):
            measure(ward, f"pt-{n}", 150, 125, DAYS[:3])
        statements.clear()
        panel(ward)
        counts.append(len([each for each in statements if each.startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1]


def test_one_figure_either_way_is_enough_for_a_patient_and_both_ways_are_mixed() -> None:
    none = figure(None, "mmHg", 0)

    def of(*verdicts: str) -> str:
        return outcome([Change(COMPARED[0], none, none, None, each) for each in verdicts])

    assert of("improved", "below_threshold", "not_comparable") == "improved"
    assert of("improved", "worsened") == "mixed"
    assert of("below_threshold", "changed") == "changed"
    assert of("not_comparable", "not_comparable") == "not_comparable"
