"""Weight in heart failure, of weighings that went through the write path."""

import csv
import json
from calendar import isleap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from flags.evaluate import evaluate
from registry.enrolments import join_programme
from registry.facts import set_fact
from tests.support.wards import Ward, taken

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
END = datetime(2026, 3, 9, tzinfo=UTC)
FAILURE = ("condition=heart_failure",)


def weighing(number: int, at: datetime, weight: float, unit: str = "") -> dict[str, Any]:
    return taken(f"w{number}", at, unit, weight=weight)


def weigh(ward: Ward, weights: list[float | None], facts: tuple[str, ...] = FAILURE, unit: str = "") -> str:
    """Each morning from START on; None is a day without."""
    device = ward.admit("ana", facts=facts)
    told = [
        weighing(n, START + timedelta(days=n), weight, unit) for n, weight in enumerate(weights) if weight is not None
    ]
    assert set(ward.take(device, "weight", *told)) <= {"stored"}
    return device


def weight(ward: Ward, days: int = 7, until: datetime = END, **more: Any) -> dict[str, Any]:
    return ward.told("weight", "ana", days, until=until, **more)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def test_changes_are_against_a_day_before_and_the_lowest_of_three_and_of_seven(ward: Ward) -> None:
    weigh(ward, [80.0, 79.0, 80.5, 81.0, 81.5, 81.2, 82.4])
    told = weight(ward)
    found = [value(told, name) for name in ("newest", "median_7d", "change_1d", "change_3d", "change_7d")]
    assert found == [82.4, 81.0, pytest.approx(1.2), pytest.approx(1.4), pytest.approx(3.4)]


def test_the_first_weighing_of_a_local_date_is_the_days(ward: Ward) -> None:
    device = weigh(ward, [80.0, 80.5])
    ward.take(device, "weight", weighing(50, START + timedelta(hours=10), 83.0))
    told = weight(ward)
    assert [(row["day"], row["weight"], row["n"]) for row in told["days"]] == [
        ("2026-03-02", 80, 2),
        ("2026-03-03", 80.5, 1),
    ]
    assert (value(told, "mean"), value(told, "max")) == (pytest.approx(243.5 / 3), 83)


@pytest.mark.parametrize(("hours", "known"), [(17.9, False), (18, True), (36, True), (36.1, False)])
def test_a_day_before_is_18_to_36_hours(ward: Ward, hours: float, known: bool) -> None:
    device = ward.admit("ana")
    ward.take(device, "weight", weighing(1, START, 80), weighing(2, START + timedelta(hours=hours), 81))
    told = weight(ward)
    newest = told["days"][-1]
    assert (newest["change_1d"] is not None) is (known and newest["day"] != "2026-03-02")


def test_what_lies_before_the_period_is_compared_with_and_not_counted(ward: Ward) -> None:
    weigh(ward, [80.0, 80.0, 82.5])
    told = weight(ward, 1, START + timedelta(days=2, hours=3))
    assert told["readings"]["used"] == 1
    assert (value(told, "change_1d"), value(told, "change_7d")) == (2.5, 2.5)
    assert not told["sufficient"]


def test_dates_without_a_weighing_are_missed_and_the_running_one_is_not(ward: Ward) -> None:
    weigh(ward, [80.0, None, None, 80.1, None, 80.2])
    told = weight(ward)
    assert told["missed"] == ["2026-03-03", "2026-03-04", "2026-03-06", "2026-03-08"]
    assert (value(told, "missed_days"), value(told, "longest_gap")) == (4, 2)
    assert weight(ward, 6, END - timedelta(hours=12))["missed"] == ["2026-03-03", "2026-03-04", "2026-03-06"]


def test_rule_matches_are_the_rules_own_and_stand_with_their_flags(ward: Ward) -> None:
    weigh(ward, [80.0, 80.0, 82.3])
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    told = weight(ward)
    found = {hit["rule"]: (hit["on"], hit["flag"] is not None) for hit in told["hits"]}
    assert found["WT-HF-3D"] == (True, True)
    assert all(on is flagged for on, flagged in found.values())
    assert {"WT-HF-1D", "WT-HF-3D", "WT-HF-7D"} == set(found)
    assert {flag["rule"] for flag in told["flags"]} == set(found)
    page = ward.report("weight", "ana", 7, until=END).html()
    assert [words for words in ("open, nobody acted on it", 'data-series="rule match"') if words not in page] == []


def test_three_pounds_are_three_pounds(ward: Ward) -> None:
    """1.3608 kg is 3 lb, and 3 lb in pounds match though the double of it may fall short."""
    weigh(ward, [176.4, 179.4], unit="lb")
    assert [hit["rule"] for hit in weight(ward)["hits"]] == ["WT-HF-1D"]


def test_another_persons_weight_is_left_out_and_counted(ward: Ward) -> None:
    weigh(ward, [80.0, 80.1, 79.9, 95.0, 80.2])
    told = weight(ward)
    assert (told["readings"]["used"], told["readings"]["left_out"]) == (4, {"other_person": 1})
    assert value(told, "max") == 80.2
    assert told["hits"] == []
    assert told["missed"] == ["2026-03-05", "2026-03-07", "2026-03-08"]
    assert told["notes"][0].startswith("More than 10 % from their week's median")
    assert "perhaps another person, left out" in ward.report("weight", "ana", 7, until=END).html()


def test_a_date_counts_by_what_was_weighed_in_the_period(ward: Ward) -> None:
    """The first date's weighing was before the period began, at noon."""
    weigh(ward, [80.0, 80.1, 80.2])
    told = weight(ward, 2, START + timedelta(days=2, hours=5))
    assert [row["day"] for row in told["days"]] == ["2026-03-03", "2026-03-04"]
    assert (told["figures"]["days_with_weighing"]["value"], told["figures"]["days_with_weighing"]["n"]) == (2, 2)


def test_without_heart_failure_no_rule_of_it_matches(ward: Ward) -> None:
    weigh(ward, [80.0, 80.0, 85.0], facts=())
    assert weight(ward)["hits"] == []


def test_a_dry_weight_is_the_one_in_force(ward: Ward) -> None:
    weigh(ward, [80.0, 81.0, 82.0], (*FAILURE, "dry_weight=79.5"))
    told = weight(ward)
    assert (value(told, "dry_weight"), value(told, "over_dry")) == (79.5, 2.5)
    assert [hit["rule"] for hit in told["hits"] if hit["rule"] == "WT-HF-DRY"] == ["WT-HF-DRY"]


def test_limits_say_whose_they_are(ward: Ward) -> None:
    weigh(ward, [80.0, 81.0, 82.0], ())
    with Session(ward.engine) as session, session.begin():
        join_programme(session, "ana", "heart_failure", author="test", now=START, from_at=START)
    told = weight(ward)
    assert {each["rule"] for each in told["limits"]} >= {"WT-HF-1D", "WT-HF-3D", "WT-HF-7D", "WT-HF-DRY"}
    assert {each["origin"] for each in told["limits"]} <= {"published", "programme:heart_failure"}
    assert [hit for hit in told["hits"] if hit["rule"] == "WT-HF-1D"] == []


def test_pressure_and_pulse_stand_under_the_weight(ward: Ward) -> None:
    device = weigh(ward, [80.0, 81.0, 82.0])
    ward.take(device, "blood_pressure", taken("b1", START, systolic=120, diastolic=70, pulse=66))
    assert ward.report("weight", "ana", 7, until=END).html().count("<svg") == 2


@pytest.mark.parametrize("weights", [[], [80.0]])
def test_nothing_and_a_single_weighing_are_reported_as_what_they_are(ward: Ward, weights: list[float | None]) -> None:
    weigh(ward, weights)
    told = weight(ward)
    assert (told["sufficient"], value(told, "sd"), value(told, "change_1d")) == (False, None, None)
    page = ward.report("weight", "ana", 7, until=END).html()
    assert "nan" not in page.lower()
    assert "stable" not in page.lower()


def test_as_of_says_what_was_stated_by_then(ward: Ward) -> None:
    weigh(ward, [80.0, 81.0, 82.0], (*FAILURE, "dry_weight=79.5"))
    before = weight(ward)
    ward.now += timedelta(hours=1)
    with Session(ward.engine) as session, session.begin():
        set_fact(session, "ana", "dry_weight", "81", author="test", now=ward.now)
    assert value(weight(ward), "dry_weight") == 81
    again = weight(ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}


@pytest.mark.slow
def test_figures_are_those_known_of_seven_years_of_one_persons_scale(ward: Ward, corpora: Path) -> None:
    folder = corpora / "weight-series"
    device = ward.admit("ana", "Europe/Berlin")
    ward.replay(
        device, folder / "gewichtsdaten.csv", "measured_at=datum+zeit,weight=gewicht:kg", "Europe/Berlin", "weight"
    )
    told = weight(ward, 3650, datetime(2020, 9, 1, tzinfo=UTC))
    known = json.loads((folder / "expected.json").read_text())
    names = {"mean": "mean_kg", "median": "median_kg", "sd": "sd_kg_n_minus_1", "min": "min_kg", "max": "max_kg"}
    assert {name: round(value(told, name), 4) for name in names} == {name: known[key] for name, key in names.items()}
    assert told["readings"]["used"] == known["rows"]
    assert value(told, "days_with_weighing") == known["days_with_a_weighing"]
    assert sum(row["n"] > 1 for row in told["days"]) == known["days_with_more_than_one"]
    with (folder / "gewichtsdaten.csv").open(newline="") as lines:
        sent = [float(row["gewicht"]) for row in csv.DictReader(lines)]
    assert value(told, "mean") == pytest.approx(sum(sent) / len(sent), rel=1e-6)
    spring = weight(ward, 240, datetime(2020, 8, 31, tzinfo=UTC))
    assert value(spring, "longest_gap") == int(known["longest_gap_days"]) - 1  # dates without, between 58.13 days
    berlin = ZoneInfo("Europe/Berlin")
    for year, of_year in known["per_year"].items():
        told = weight(ward, 365 + isleap(int(year)), datetime(int(year) + 1, 1, 1, tzinfo=berlin).astimezone(UTC))
        found = (told["readings"]["used"], round(value(told, "mean"), 4), value(told, "min"), value(told, "max"))
        assert found == (of_year["n"], of_year["mean_kg"], of_year["min"], of_year["max"])


@pytest.mark.slow
def test_every_weighing_of_a_file_in_another_form_counts(ward: Ward, corpora: Path) -> None:
    """Its column of instants is one for 35 rows; its dates and times are not."""
    folder = corpora / "weight-series"
    device = ward.admit("ana", "Europe/Berlin")
    columns = "measured_at=datum+zeit,weight=gewicht:kg"
    ward.replay(device, folder / "variant.csv", columns, "Europe/Berlin", "weight")
    readings = weight(ward, 3650, datetime(2021, 9, 1, tzinfo=UTC))["readings"]
    known = json.loads((folder / "expected.json").read_text())
    assert readings["used"] + sum(readings["left_out"].values()) == known["variant_csv"]["rows"]
