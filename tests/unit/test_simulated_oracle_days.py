"""The simulator's own expectation over days: weight, nights and silences; every number was worked out by hand."""

from datetime import datetime, timedelta

import pytest

from simulators.oracle.silence import silences_expected
from simulators.plan import PlannedPatient, Taken
from tests.support.taken import BEGIN, FAILING, bp, cgm, night, patient, starts, stick, weight


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([weight(0, 80.0), weight(1, 82.0)], []),  # exactly 2.0 kg
        ([weight(0, 80.0), weight(1, 82.1)], [1]),
        ([weight(0, 80.0), weight(3, 82.1)], [1]),  # three days to the second are within
        ([weight(0, 80.0), weight(3.001, 82.1)], []),  # nothing to compare with
        ([weight(0, 80.0), weight(2, 81.5), weight(3.001, 83.0)], []),  # the lowest left the window
        ([weight(0, 180.0, "lb"), weight(1, 184.4, "lb")], []),  # 4.4 lb are 1.996 kg
        ([weight(0, 180.0, "lb"), weight(1, 184.5, "lb")], [1]),  # 4.5 lb are 2.041 kg
        ([weight(0, 80.0), weight(1, 83.0), weight(2, 83.1), weight(3, 81.0), weight(3.5, 83.2)], [1, 4]),
    ],
)
def test_fluid_is_more_than_2_kg_above_the_lowest_of_three_days(weights: list[Taken], expected: list[int]) -> None:
    assert starts("WT-HF-3D", weights) == expected


def test_nobody_without_heart_failure_is_judged_by_weight() -> None:
    assert starts("WT-HF-3D", [weight(0, 80.0), weight(1, 85.0)], patient(("condition", "discharged"))) == []


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ([night(n, 9.0) for n in range(3)], []),  # three nights are not enough
        ([night(n, 9.0) for n in range(4)], [3]),
        ([night(n, ahi) for n, ahi in enumerate((4.9, 4.9, 5.0, 5.0))], []),  # median 4.95
        ([night(n, ahi) for n, ahi in enumerate((4.9, 4.9, 5.1, 5.1))], [3]),  # median 5.0
        ([night(n, 9.0) for n in (0, 1, 2, 7)], []),  # the first of four is eight dates ago
        ([night(n, 9.0) for n in (0, 1, 2, 6)], [3]),
        ([night(n, ahi) for n, ahi in enumerate((9, 9, 9, 9, 1, 1, 1, 1, 1))], [3]),
        ([night(n, ahi) for n, ahi in enumerate((9, 9, 9, 9, 1, 1, 1, 1, 9, 9, 9, 9))], [3, 11]),
    ],
)
def test_apnoea_is_a_median_of_5_over_seven_dates(nights: list[Taken], expected: list[int]) -> None:
    assert starts("SLP-AHI", nights) == expected


def test_the_date_of_a_night_is_the_patients() -> None:
    """Waking at 23:30 and at 00:30 UTC is one date in Kolkata, two in London."""
    nights = [night(n, 9.0) for n in (0, 1, 2)] + [night(6 + 16.5 / 24, 9.0), night(6 + 17.5 / 24, 9.0)]
    assert starts("SLP-AHI", nights, patient(zone="Europe/London")) == [3]
    assert starts("SLP-AHI", nights[:3] + nights[4:], patient(zone="Europe/London")) == []
    assert starts("SLP-AHI", [night(0 + 12 / 24, 9.0), *nights[1:3], nights[4]], patient(zone="Asia/Kolkata")) == [3]


def test_a_clock_is_lost_by_the_date_it_says_not_by_the_instant() -> None:
    """Half past midnight on 2 January in Kolkata is still 1 January in Greenwich: a believable clock all the same."""
    said = [f"2000-01-0{day}T00:30:00+05:30" for day in (2, 3)]
    assert starts("WT-HF-3D", [weight(0, 80.0, said=said[0]), weight(1, 84.0, said=said[1])]) == [1]


def gaps(taken: list[Taken], days: float, who: PlannedPatient = FAILING) -> list[tuple[str, float, float | None]]:
    """(rule, when flagged, end) of every silence seen at `BEGIN` + `days`, in days."""
    found = silences_expected([who], taken, BEGIN + timedelta(days=days))
    return [(one.expect_flags[0], since(one.flagged_at), since(one.end) if one.end else None) for one in found]


def since(at: datetime) -> float:
    return (at - BEGIN) / timedelta(days=1)


@pytest.mark.parametrize(
    ("taken", "days", "expected"),
    [
        ([weight(0, 80.0), weight(2, 80.0)], 3.0, []),
        ([weight(0, 80.0), weight(2.01, 80.0)], 3.0, [("NODATA-WT", 2.0, 2.01)]),
        ([weight(0, 80.0)], 2.0, []),
        ([weight(0, 80.0)], 2.01, [("NODATA-WT", 2.0, None)]),
        ([bp(0, 120, 80), bp(3 * 1440, 120, 80)], 4.0, []),
        ([bp(0, 120, 80), bp(3.5 * 1440, 120, 80)], 7.0, [("NODATA-BP", 3.0, 3.5), ("NODATA-BP", 6.5, None)]),
        ([night(0, 1.0), night(3.5, 1.0)], 4.0, [("NODATA-SLP", 3.0, 3.5)]),
        ([stick(0, 100)], 3.1, [("NODATA-GLU", 3.0, None)]),
        ([cgm(0, 100)], 30.0, []),
        ([], 30.0, []),
    ],
)  # fmt: skip
def test_a_stream_is_silent_past_its_first_limit(
    taken: list[Taken], days: float, expected: list[tuple[str, float, float | None]]
) -> None:
    assert gaps(taken, days) == [
        (rule, pytest.approx(at), end if end is None else pytest.approx(end)) for rule, at, end in expected
    ]


def test_a_prescribed_gap_makes_the_meter_silent_after_twice_of_it() -> None:
    twelve_hours = patient(("glucose_gap_hours", "12"))
    assert gaps([stick(0, 100), stick(1440, 100)], 1.5, twelve_hours) == []
    assert gaps([stick(0, 100), stick(1441, 100)], 1.5, twelve_hours) == [
        ("NODATA-GLU", 1.0, pytest.approx(1441 / 1440))
    ]


def test_weight_is_missed_in_heart_failure_only() -> None:
    assert gaps([weight(0, 80.0)], 30.0, patient(("condition", "discharged"))) == []


def test_a_lost_clock_and_a_refused_reading_end_no_silence() -> None:
    taken = [
        weight(0, 80.0), weight(1, 80.0, expect="decode.unit_missing"),
        weight(2, 80.0, said="2000-01-01T03:00:00+00:00"), weight(3, 80.0),
    ]  # fmt: skip
    assert gaps(taken, 3.5) == [("NODATA-WT", pytest.approx(2.0), pytest.approx(3.0))]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([weight(7, 88.0)], [7]),  # exactly 10 % may be the patient
        ([weight(7, 88.1)], []),
        ([weight(7, 88.1), weight(7.1, 88.2), weight(7.2, 88.3)], []),  # three on one date
        ([weight(7, 88.1), weight(7.1, 88.2), weight(8.2, 88.3)], [9]),  # three that agree on two dates
    ],
)
def test_another_person_on_the_scale_is_no_fluid(later: list[Taken], expected: list[int]) -> None:
    assert starts("WT-HF-3D", [*(weight(day, 80.0) for day in range(7)), *later]) == expected
