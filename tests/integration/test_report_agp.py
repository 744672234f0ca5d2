"""The ambulatory glucose profile, of readings that went through the write path."""

import csv
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.errors import ReportError
from tests.support.wards import Ward, every, taken

pytestmark = pytest.mark.slow  # thousands of samples a test

SENSOR = {"specimen": "interstitial"}
START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(days=14)
WHOLE = 4032  # samples of five minutes in 14 days
NAMES = (
    "n", "min", "max", "mean", "sd", "cv_pct", "gmi", "tir_70_180", "tbr_below_70", "tbr_below_54", "tar_above_180",
    "tar_above_250",
)  # fmt: skip


def sample(number: int, at: datetime, value: object = 120, unit: str = "mg/dL", **context: str) -> dict[str, Any]:
    return taken(f"g{number}", at, unit, glucose=value) | {"context": {**SENSOR, **context}}


def fingerstick(number: int, at: datetime, value: object = 120) -> dict[str, Any]:
    return taken(f"f{number}", at, glucose=value)


def wear(ward: Ward, count: int = WHOLE, value: object = 120, minutes: float = 5) -> str:
    """Ana, with `count` samples from START on."""
    device = ward.admit("ana")
    readings = [sample(n, at, value) for n, at in enumerate(every(minutes, START + timedelta(minutes=1), count))]
    assert set(ward.take(device, "glucose", *readings)) == {"stored"}
    return device


def agp(ward: Ward, days: int = 14, until: datetime = END, patient: str = "ana", **more: Any) -> dict[str, Any]:
    return ward.told("agp", patient, days, until=until, **more)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def expected(file: Path) -> dict[str, dict[str, str]]:
    with file.open(newline="") as lines:
        return {row["subject"]: row for row in csv.DictReader(lines)}


def recomputed(values: list[float]) -> dict[str, float]:
    """By the definitions of the corpora, in plain Python."""
    n, mean = len(values), math.fsum(values) / len(values)
    sd = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (n - 1))
    tests = {
        "tir_70_180": lambda x: 70 <= x <= 180, "tbr_below_70": lambda x: x < 70, "tbr_below_54": lambda x: x < 54,
        "tar_above_180": lambda x: x > 180, "tar_above_250": lambda x: x > 250,
    }  # fmt: skip
    shares = {name: 100 * sum(map(test, values)) / n for name, test in tests.items()}
    spread = {"mean": mean, "sd": sd, "cv_pct": 100 * sd / mean, "gmi": 3.31 + 0.02392 * mean}
    return {"n": n, "min": min(values), "max": max(values), **spread, **shares}


def assert_same(told: dict[str, Any], values: list[float], printed: dict[str, str]) -> None:
    """To 1e-6 of what the definitions give, and to every digit that the corpora print."""
    found = {name: value(told, name) for name in NAMES[1:]} | {"n": told["readings"]["used"]}
    assert found == pytest.approx(recomputed(values), rel=1e-6)
    assert {name: round(found[name], 4) for name in NAMES} == {name: float(printed[name]) for name in NAMES}


@pytest.mark.parametrize(("name", "until"), [("dm", "2023-02-16"), ("nodm", "2023-03-30")])
def test_figures_are_those_known_of_two_real_sensors(ward: Ward, corpora: Path, name: str, until: str) -> None:
    """The second has twelve instants with two different values each; both count."""
    file = corpora / "cgm-cgmpy" / f"{name}.csv"
    device = ward.admit("ana", "Europe/Madrid")
    ward.replay(device, file, "measured_at=time,glucose=glucose:mg/dL", "Europe/Madrid", context=SENSOR)
    told = agp(ward, 20, datetime.fromisoformat(until).replace(tzinfo=UTC))
    with file.open(newline="") as lines:
        values = [float(row["glucose"]) for row in csv.DictReader(lines)]
    assert_same(told, values, expected(file.with_name(f"{name}.expected.csv"))["all"])


@pytest.mark.parametrize("person", [f"Subject {n}" for n in range(1, 6)])
def test_figures_are_those_known_of_five_real_people(ward: Ward, corpora: Path, person: str) -> None:
    file = corpora / "cgm-iglu-gpl" / "example_data_5_subject.csv"
    device = ward.admit("ana", "America/Bogota")
    columns = "measured_at=time,glucose=gl:mg/dL"
    ward.replay(device, file, columns, "America/Bogota", context=SENSOR, only={"id": person})
    told = agp(ward, 365, datetime(2015, 12, 31, tzinfo=UTC))
    with file.open(newline="") as lines:
        values = [float(row["gl"]) for row in csv.DictReader(lines) if row["id"] == person]
    assert_same(told, values, expected(file.with_name("expected.csv"))[person])


def test_ten_millimoles_are_in_range_though_they_convert_to_more_than_180(ward: Ward) -> None:
    """T1."""
    device = ward.admit("ana")
    ward.take(device, "glucose", sample(1, START + timedelta(hours=1), 10.0, "mmol/L"))
    for unit in ("mg/dL", "mmol/L"):
        assert value(agp(ward, unit=unit), "band_target") == 100


def test_goals_are_of_all_time_below_and_above_and_bands_are_not(ward: Ward) -> None:
    """T3."""
    device = ward.admit("ana")
    values = [50] * 2 + [60] * 2 + [120] * 80 + [200] * 10 + [300] * 6
    instants = every(5, START + timedelta(hours=1), 100)
    ward.take(device, "glucose", *(sample(n, at, values[n]) for n, at in enumerate(instants)))
    told = agp(ward)
    found = {name: value(told, name) for name in ("tbr_below_70", "tbr_below_54", "tar_above_180", "tar_above_250")}
    assert found == {"tbr_below_70": 4, "tbr_below_54": 2, "tar_above_180": 16, "tar_above_250": 6}
    assert [value(told, f"band_{band}") for band in ("very_low", "low", "target", "high", "very_high")] == [
        2, 2, 80, 10, 6,
    ]  # fmt: skip
    assert value(told, "minutes_low") == pytest.approx(28.8)


@pytest.mark.parametrize(("count", "enough"), [(2823, True), (2822, False)])
def test_seventy_percent_of_a_sensor_of_five_minutes_are_2823_samples(ward: Ward, count: int, enough: bool) -> None:
    wear(ward, count)
    told = agp(ward)
    assert told["sufficient"] is enough
    assert told["figures"]["tir_70_180"]["sufficient"] is enough
    assert value(told, "tir_70_180") == 100


def test_a_sensor_of_fifteen_minutes_is_held_to_its_own_rhythm(ward: Ward) -> None:
    wear(ward, 1344, minutes=15)
    told = agp(ward)
    assert (value(told, "rhythm"), value(told, "expected_samples")) == (15, 1344)
    assert value(told, "active_pct") == pytest.approx(100)
    assert told["sufficient"]


def test_a_sensor_swapped_for_one_of_another_rhythm_covers_what_both_did(ward: Ward) -> None:
    wear(ward, 2016)
    other = ward.equip("ana", "second-sensor")
    later = every(15, START + timedelta(days=7, minutes=1), 672)
    ward.take(other, "glucose", *(sample(9000 + n, at) for n, at in enumerate(later)))
    assert value(agp(ward), "active_pct") == pytest.approx(100)


def test_thirteen_days_are_not_enough_however_well_covered(ward: Ward) -> None:
    wear(ward, 1344, minutes=15)
    told = agp(ward, 13)
    assert not told["sufficient"]
    assert told["figures"]["gmi"]["why"] == "a period of 13 days, and goals need 14"


def test_off_scale_readings_count_in_their_bands_and_stand_one_beyond_the_scale_in_means(ward: Ward) -> None:
    device = ward.admit("ana")
    instants = every(5, START + timedelta(hours=1), 2)
    ward.take(device, "glucose", sample(1, instants[0], "LO"), sample(2, instants[1], "HI"))
    told = agp(ward)
    assert (value(told, "min"), value(told, "max"), value(told, "mean")) == (39, 401, 220)
    assert (value(told, "tbr_below_54"), value(told, "tar_above_250")) == (50, 50)
    assert told["notes"][0].startswith("LO or HI: 2 readings.")


def test_the_other_unit_is_the_same_person(ward: Ward) -> None:
    wear(ward, 300, 180)
    milligrams, millimoles = agp(ward), agp(ward, unit="mmol/L")
    assert value(millimoles, "mean") == pytest.approx(180 / 18.0156, rel=1e-12)
    for name in ("gmi", "tir_70_180", "cv_pct"):
        assert value(millimoles, name) == pytest.approx(value(milligrams, name), rel=1e-12, abs=1e-9)


def test_a_pregnancy_brings_its_own_target_and_goals(ward: Ward) -> None:
    device = ward.admit("ana", facts=["condition=pregnancy"])
    instants = every(5, START + timedelta(hours=1), 4)
    ward.take(
        device,
        "glucose",
        *(sample(n, at, each) for n, (at, each) in enumerate(zip(instants, (62, 63, 140, 141), strict=True))),
    )
    told = agp(ward)
    assert told["goals"] == "pregnancy"
    assert (value(told, "tir_63_140"), value(told, "tbr_below_63"), value(told, "tar_above_140")) == (50, 25, 25)


def test_a_profile_is_by_the_local_clock_and_blank_below_five_days(ward: Ward) -> None:
    device = ward.admit("ana", "America/New_York")
    nights = [START + timedelta(days=n, hours=13) for n in range(5)]  # 08:00 in New York, 09:00 after 8 March
    ward.take(device, "glucose", *(sample(n, at, 100 + n) for n, at in enumerate(nights)))
    ward.take(device, "glucose", *(sample(50 + n, at + timedelta(hours=2)) for n, at in enumerate(nights[:4])))
    rows = {row["minute"]: row for row in agp(ward)["profile"]}
    assert [rows[480][name] for name in ("n", "days", "p5", "p50", "p95")] == [5, 5, 100.2, 102, 103.8]
    assert [rows[600][name] for name in ("n", "days", "p50")] == [4, 4, None]
    assert len(rows) == 96


def test_meter_readings_make_a_profile_of_readings_not_of_time(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(
        device, "glucose", *(fingerstick(n, at) for n, at in enumerate(every(360, START + timedelta(hours=1), 56)))
    )
    told = agp(ward)
    assert (told["source"], told["sufficient"]) == ("meter", True)
    assert not [name for name in told["figures"] if name.startswith(("minutes", "active"))]
    assert not told["figures"]["gmi"]["sufficient"]


def test_where_there_is_a_sensor_its_samples_are_taken_unless_the_meter_is_asked_for(ward: Ward) -> None:
    device = wear(ward, 10)
    ward.take(device, "glucose", fingerstick(1, START + timedelta(hours=3), 200))
    assert agp(ward)["readings"]["used"] == 10
    assert agp(ward, source="meter")["readings"]["used"] == 1


def test_control_solution_is_nobodys_glucose(ward: Ward) -> None:
    device = wear(ward, 10)
    ward.take(device, "glucose", sample(99, START + timedelta(hours=3), 300, kind="control_solution"))
    assert agp(ward)["readings"]["used"] == 10


def test_readings_of_a_doubtful_clock_are_left_out_and_counted(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(device, "glucose", sample(1, datetime(1999, 12, 31, 23, tzinfo=UTC)))
    told = agp(ward, 30, datetime(2000, 1, 10, tzinfo=UTC))
    assert told["readings"] == told["readings"] | {"used": 0, "left_out": {"clock_doubtful": 1}}


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_a_single_reading_are_reported_as_what_they_are(ward: Ward, count: int) -> None:
    if count:
        wear(ward, 1)
    else:
        ward.admit("ana")
    report = ward.report("agp", "ana", until=END)
    told = agp(ward)
    assert not told["sufficient"]
    assert value(told, "sd") is None
    assert "nan" not in report.html().lower()
    assert "not monitoring" not in report.html()
    assert "not for emergencies" in report.html()


def test_a_patient_whose_readings_say_another_offset_is_told_by_the_zone_and_says_so(ward: Ward) -> None:
    device = ward.admit("ana", "Europe/Paris")
    ward.take(device, "glucose", sample(1, START + timedelta(hours=1)))
    assert agp(ward)["notes"] == [
        "Sent with another offset than the patient's zone has: 1 readings. Dates and hours are of the zone."
    ]


def test_as_of_gives_the_same_figures_although_readings_arrived_since(any_ward: Ward) -> None:
    ward = any_ward
    device = wear(ward, 20)
    before = agp(ward)
    ward.now += timedelta(minutes=5)
    ward.take(device, "glucose", sample(99, START + timedelta(hours=9), 300))
    assert agp(ward)["readings"]["used"] == 21
    again = agp(ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": "mg"}, "glucose has no unit 'mg'; one of: mg/dL, mmol/L"),
        ({"source": "tears"}, "glucose has no source 'tears'; one of: cgm, meter, auto"),
        ({"goals": "mine"}, "there are no goals for 'mine'; one of: adult, older, pregnancy"),
        ({"days": 0}, "a report is of 1 to 36525 days"),
    ],
)
def test_what_cannot_be_done_is_said(ward: Ward, wrong: dict[str, Any], words: str) -> None:
    ward.admit("ana")
    with pytest.raises(ReportError, match=words):
        agp(ward, **wrong)


def test_a_page_needs_no_network_and_has_a_table_behind_each_picture(ward: Ward) -> None:
    wear(ward, 1344, minutes=15)
    page = ward.report("agp", "ana", until=END).html()
    assert page.count("<svg") == page.count("<details>") == 3
    assert [word for word in ("<script", "http://", "https://") if word in page.replace('xmlns="http://', "")] == []
