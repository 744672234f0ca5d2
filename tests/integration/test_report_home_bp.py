"""Blood pressure at home, of readings that went through the write path."""

import csv
import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from flags.actions import acknowledge
from flags.evaluate import evaluate
from registry.facts import set_fact
from registry.limits import set_limits
from reports.home_bp.category import category
from reports.home_bp.protocol import week_of
from tests.support.wards import Ward, taken
from thresholds.estimates.home_week import home_mean
from thresholds.estimates.means import Mean
from thresholds.types import Amount, Limit

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
END = MONDAY + timedelta(days=7)


def reading(number: int, at: datetime, systolic: float = 128, diastolic: float = 78, **more: Any) -> dict[str, Any]:
    return taken(f"b{number}", at, systolic=systolic, diastolic=diastolic, **more)


def week(days: int = 7, each: tuple[float, ...] = (7, 7.05, 19, 19.05)) -> list[datetime]:
    return [MONDAY + timedelta(days=day, hours=hour) for day in range(days) for hour in each]


def home_bp(ward: Ward, days: int = 7, until: datetime = END, **more: Any) -> dict[str, Any]:
    return ward.told("home-bp", "ana", days, until=until, **more)


def store(ward: Ward, instants: list[datetime], *values: tuple[float, float]) -> str:
    """Ana's readings; fewer values than instants begin again."""
    device = ward.admit("ana")
    pairs = [values[n % len(values)] if values else (128, 78) for n in range(len(instants))]
    told = [reading(n, at, *pair) for n, (at, pair) in enumerate(zip(instants, pairs, strict=True))]
    assert set(ward.take(device, "blood_pressure", *told)) <= {"stored"}
    return device


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def test_the_protocol_mean_leaves_the_first_day_out(ward: Ward) -> None:
    first, rest = [(160.0, 100.0)] * 4, [(120.0, 70.0), (130.0, 80.0)] * 12
    store(ward, week(), *first, *rest)
    told = home_bp(ward)
    assert (value(told, "protocol_systolic"), value(told, "protocol_diastolic")) == (125, 75)
    assert told["figures"]["protocol_systolic"]["n"] == 24
    assert value(told, "protocol_all_days_systolic") == pytest.approx((125 * 24 + 160 * 4) / 28)
    assert value(told, "missing_slots") == 0
    assert told["sufficient"]


def test_mornings_and_evenings_are_apart(ward: Ward) -> None:
    store(ward, week(), (140, 90), (142, 92), (120, 70), (118, 68))
    told = home_bp(ward)
    found = {name: value(told, f"protocol_{name}") for name in ("morning_systolic", "evening_systolic")}
    assert found == {"morning_systolic": 141, "evening_systolic": 119}
    assert told["figures"]["protocol_morning_diastolic"]["n"] == 12


@pytest.mark.parametrize(("readings", "enough"), [(16, True), (15, False)])
def test_twelve_readings_after_the_first_day_are_enough_and_eleven_are_not(
    ward: Ward, readings: int, enough: bool
) -> None:
    store(ward, week()[:readings])
    told = home_bp(ward)
    assert told["sufficient"] is enough
    assert told["figures"]["protocol_systolic"]["sufficient"] is enough
    assert value(told, "protocol_systolic") == 128
    assert told["category"]["sufficient"] is enough


def test_two_days_are_not_enough_however_many_readings(ward: Ward) -> None:
    hours = tuple(6 + n / 2 for n in range(12))
    store(ward, week(3, hours))
    assert home_bp(ward)["why"] == "24 readings on 2 days, and 12 on 3 are needed"


def test_slots_of_the_protocol_that_were_not_used_are_counted(ward: Ward) -> None:
    store(ward, week(each=(7, 7.05, 7.1, 19)))
    assert value(home_bp(ward), "missing_slots") == 6


def test_the_week_is_of_local_dates(ward: Ward) -> None:
    """20:00 in New York is the next date in UTC."""
    device = ward.admit("ana", "America/New_York")
    evenings = [MONDAY + timedelta(days=day, hours=1) for day in range(7)]
    ward.take(device, "blood_pressure", *(reading(n, at) for n, at in enumerate(evenings)))
    told = home_bp(ward)
    assert [row["day"] for row in told["days"]] == [f"2026-03-0{day}" for day in range(1, 8)]
    assert told["figures"]["protocol_evening_systolic"]["n"] == 6


@pytest.mark.parametrize(
    ("systolic", "diastolic", "name"),
    [
        (119.9, 79.9, "normal"), (120, 79.9, "elevated"), (129.9, 79.9, "elevated"), (129.9, 80, "stage 1"),
        (130, 60, "stage 1"), (139.9, 89.9, "stage 1"), (140, 60, "stage 2"), (110, 90, "stage 2"),
        (110, 80, "stage 1"),
    ],
)  # fmt: skip
def test_the_higher_of_the_two_pressures_decides_the_category(systolic: float, diastolic: float, name: str) -> None:
    assert category(systolic, diastolic) == name


def test_shares_are_of_readings_and_the_edges_are_those_published(ward: Ward) -> None:
    store(ward, week()[:4], (129, 79), (130, 70), (135, 70), (120, 85))
    told = home_bp(ward)
    names = ("at_goal_pct", "above_home_eu_pct", "above_home_us_pct")
    assert [value(told, name) for name in names] == [25, 50, 75]


def test_a_cuff_in_kilopascals_is_of_the_same_means(ward: Ward) -> None:
    device = ward.admit("ana")
    ward.take(device, "blood_pressure", taken("k1", MONDAY + timedelta(hours=8), "kPa", systolic=16, diastolic=10))
    assert value(home_bp(ward), "systolic_mean") == pytest.approx(16 * 7.500615758, rel=1e-12)


def test_a_severe_reading_stands_with_what_became_of_its_flag(ward: Ward) -> None:
    at = MONDAY + timedelta(hours=8)
    store(ward, [at, at + timedelta(minutes=5)], (185, 95), (190, 96))
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    told = home_bp(ward)
    assert value(told, "severe_readings") == 2
    assert [row["outcome"] for row in told["severe"]] == ["open, nobody acted on it"] * 2
    [flag] = {row["flag"]["flag"] for row in told["severe"]}
    ward.now += timedelta(minutes=12)
    with Session(ward.engine) as session, session.begin():
        acknowledge(session, UUID(flag), actor="nurse", note="phoned", now=ward.now)
    [row, _] = home_bp(ward)["severe"]
    assert row["outcome"] == "acknowledged, first acted on after 12 min"
    assert (row["flag"]["note"], row["flag"]["first_acted_by"]) == ("phoned", "nurse")


def test_as_of_says_what_was_stated_and_done_by_then(any_ward: Ward) -> None:
    ward = any_ward
    store(ward, week(), (185, 95), (130, 80))
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    before = home_bp(ward)
    ward.now += timedelta(hours=1)
    ward.take("device-of-ana", "blood_pressure", reading(99, MONDAY + timedelta(hours=9), 99, 60))
    with Session(ward.engine) as session, session.begin():
        set_fact(session, "ana", "condition", "hypertension", author="test", now=ward.now)
        acknowledge(session, UUID(before["severe"][0]["flag"]["flag"]), actor="nurse", note="", now=ward.now)
    evaluate(ward.engine, ["ana"], clock=lambda: ward.now)
    again = home_bp(ward, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}
    assert home_bp(ward)["readings"] != before["readings"]


def test_a_limit_of_the_patients_own_is_the_one_that_counts_and_says_whose_it_is(ward: Ward) -> None:
    store(ward, week()[:4], (129, 79), (130, 70), (135, 70), (120, 84))
    own = Limit(
        "BP-HOME-EU", "systolic", Amount("17.3", "kPa"), MONDAY, None, "patient", "Dr. Roy", "provider", "agreed"
    )
    with Session(ward.engine) as session, session.begin():
        set_limits(session, "ana", [own], now=ward.now)
    told = home_bp(ward)
    assert value(told, "above_home_eu_pct") == 50
    [line] = [each for each in told["limits"] if (each["rule"], each["parameter"]) == ("BP-HOME-EU", "systolic")]
    assert (line["amounts"], line["origin"], line["author"]) == (["17.3 kPa"], "patient", "Dr. Roy")
    assert "home limits 129.761 and 85 mmHg" in ward.report("home-bp", "ana", 7, until=END).html()


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_a_single_reading_are_reported_as_what_they_are(ward: Ward, count: int) -> None:
    store(ward, week()[:count])
    report = ward.report("home-bp", "ana", until=END)
    told = home_bp(ward)
    assert not told["sufficient"]
    assert value(told, "systolic_sd") is None
    assert "nan" not in report.html().lower()


def test_everything_quarantined_is_no_reading(ward: Ward) -> None:
    device = ward.admit("ana")
    assert ward.take(device, "blood_pressure", reading(1, MONDAY + timedelta(hours=1), 300, 90)) == [
        "decode.out_of_range"
    ]
    assert home_bp(ward)["readings"]["used"] == 0


def test_a_page_says_no_category_of_too_few_readings(ward: Ward) -> None:
    store(ward, week()[:6])
    page = ward.report("home-bp", "ana", 7, until=END).html()
    assert "None: 2 readings on 1 days, and 12 on 3 are needed." in page
    assert page.count("<svg") == 1


@pytest.mark.slow
def test_means_are_those_of_475_real_people_without_what_cannot_be(ward: Ward, corpora: Path) -> None:
    """The mean that is known of the file counts two impossible pairs, 10/90 and 12/80, which are quarantined."""
    known = json.loads((corpora / "bp-preg-cc0" / "expected.json").read_text())
    with (corpora / "bp-preg-cc0" / "bp_preg_bp_only.csv").open(newline="") as lines:
        rows = [(row["systolic_mmHg"], row["diastolic_mmHg"]) for row in csv.DictReader(lines)]
    assert len(rows) == known["rows"]
    device = ward.admit("ana")
    told = [
        reading(n, MONDAY + timedelta(minutes=n), float(over), float(under))
        for n, (over, under) in enumerate(rows)
        if over and under
    ]
    assert ward.take(device, "blood_pressure", *told).count("stored") == 3996
    found = home_bp(ward)["figures"]
    for place, name in enumerate(("systolic", "diastolic")):
        usual = [float(row[place]) for row in rows if all(row) and float(row[0]) > 40]
        assert found[f"{name}_mean"]["value"] == pytest.approx(sum(usual) / len(usual), rel=1e-6)
        every = [float(row[place]) for row in rows if all(row)]
        assert round(sum(every) / len(every), 4) == known[f"mean_{name}"]
    counts = (
        ("140", "90", known["rows_at_or_above_140_or_90"] - 1),
        ("160", "110", known["rows_at_or_above_160_or_110"]),
    )
    for over, under, count in counts:  # the first without 10/90, which is in quarantine
        limits = [
            Limit(
                "BP-HOME-EU", name, Amount(text, "mmHg"), MONDAY, None, "patient", "Dr. Roy", "provider", "as counted"
            )
            for name, text in (("systolic", over), ("diastolic", under))
        ]
        ward.now += timedelta(hours=1)
        with Session(ward.engine) as session, session.begin():
            set_limits(session, "ana", limits, now=ward.now)
        assert value(home_bp(ward), "above_home_eu_pct") / 100 * 3996 == pytest.approx(count)


@given(st.integers(0, 2**32))
def test_the_protocol_mean_is_the_rules_own(seed: int) -> None:
    """BP-HOME-EU counts exactly, with fractions, and one reading after the other."""
    chance = random.Random(seed)
    days = [date(2026, 3, 2) + timedelta(days=chance.randrange(7)) for _ in range(chance.randrange(1, 40))]
    rows = [(day, chance.randrange(90, 180), chance.randrange(50, 110)) for day in [*days, date(2026, 3, 8)]]
    means: dict[date, Mean] = {}
    for day, over, under in rows:
        means.setdefault(day, Mean(2)).add((Decimal(over), Decimal(under)))
    exact = home_mean(means, discard_first_day=True)
    found = week_of(pd.DataFrame(rows, columns=["day", "systolic", "diastolic"]), "UTC", discard_first_day=True)
    assert (exact is None) is bool(found.why())
    if exact is not None:
        assert found.frame["systolic"].mean() == pytest.approx(float(exact.systolic), rel=1e-12)
        assert (len(found.frame), found.frame["day"].nunique()) == (exact.readings, exact.days)
