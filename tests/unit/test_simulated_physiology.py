"""Bodies that look real: the shapes a clinician would look for, measured on what the simulated bodies do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median, stdev
from zoneinfo import ZoneInfo

import pytest

from simulators.conditions import CONDITIONS, apnoea, diabetes_type_1, heart_failure, hypertension
from simulators.conditions.condition import Condition, Quiet, kept
from simulators.devices import MODELS, model_for, shown
from simulators.panel import SHARES
from simulators.people import HOMES
from simulators.physiology.blood_pressure import Sitting, Vessels, circadian, pressure_samples
from simulators.physiology.glucose import Bend, Metabolism, curve, meals, wave
from simulators.physiology.weight import fluid
from simulators.series import Life, Sample, dice, wander

UNTIL = datetime(2026, 2, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def life(days: int = 30, key: str = "somebody", variant: int = 0, zone: str = "Europe/Berlin") -> Life:
    return Life(key, ZoneInfo(zone), UNTIL - days * DAY, UNTIL, variant)


def test_pressure_is_lowest_in_the_night_and_highest_by_day() -> None:
    by_hour = {hour: circadian(hour) for hour in range(24)}
    assert min(by_hour, key=lambda hour: by_hour[hour]) in (2, 3, 4)
    assert 8 <= max(by_hour, key=lambda hour: by_hour[hour]) <= 19
    assert 12 < max(by_hour.values()) - min(by_hour.values()) < 22
    assert abs(fmean(by_hour.values())) < 0.1


def test_the_first_reading_of_a_sitting_runs_high() -> None:
    body = Vessels(130, 80, 70, (Sitting(8.0, 2, 0.0),))
    samples = pressure_samples(life(200), body, {})
    pairs = list(zip(samples[::2], samples[1::2], strict=True))
    rise = fmean(first.values["systolic"] - second.values["systolic"] for first, second in pairs)
    assert 2 < rise < 6


def test_a_day_resembles_the_day_before_but_is_not_the_same() -> None:
    row = wander(dice("days"), 4000, 5.0, 0.6)
    assert stdev(row) == pytest.approx(5.0, rel=0.1)
    neighbours = fmean(a * b for a, b in pairwise(row)) / fmean(a * a for a in row)
    assert neighbours == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("kind", ["confirmed", "dismissed"])
def test_a_crisis_is_repeated_within_a_quarter_of_an_hour(kind: str) -> None:
    one = life()
    day = one.days()[10]
    crisis = [sample for sample in pressure_samples(one, hypertension.BODIES[0], {day: kind}) if sample.truth]
    wait = crisis[1].at - crisis[0].at
    assert crisis[0].values["systolic"] >= 180
    assert timedelta(minutes=1) < wait < timedelta(minutes=15)
    assert (crisis[1].values["systolic"] >= 180) == (kind == "confirmed")


def test_usual_days_of_hypertension_raise_nothing() -> None:
    samples = pressure_samples(life(120), hypertension.BODIES[0], {})
    assert max(sample.values["systolic"] for sample in samples) < 178
    assert 132 < fmean(sample.values["systolic"] for sample in samples) < 150


def test_a_meal_peaks_after_about_an_hour_and_is_gone_after_six() -> None:
    body = diabetes_type_1.BODIES[0]
    flat = Metabolism(120, body.gain, body.peak, body.match, 0, 0.001)
    one = life(2)
    meal = meals(one, flat)[1]
    glucose = curve(one, flat, [meal], [])
    course = {minutes: glucose(meal.at + timedelta(minutes=minutes)) for minutes in range(0, 480, 5)}
    assert 30 <= max(course, key=lambda minutes: course[minutes]) <= 80
    assert 40 < max(course.values()) - course[0] < 180
    assert abs(course[360] - course[0]) < 25


def test_food_comes_and_goes_like_a_wave() -> None:
    assert wave(0, 60) == 0
    assert wave(60, 60) == 1
    assert wave(30, 60) < 1 > wave(90, 60) > wave(240, 60) > 0


def test_three_meals_a_day_of_different_size() -> None:
    one = life(20)
    eaten = meals(one, diabetes_type_1.BODIES[0])
    assert len(eaten) == 3 * len(one.days())
    assert stdev(meal.grams for meal in eaten) > 8
    assert min(meal.grams for meal in eaten) >= 15


def test_glucose_has_no_step_at_midnight() -> None:
    one = life(20)
    glucose = curve(one, Metabolism(120, 0, 60, 0, 0, 20), [], [])
    for day in one.days()[1:-1]:
        midnight = one.at(day, 0)
        assert abs(glucose(midnight) - glucose(midnight - timedelta(minutes=5))) < 2


def test_dawn_lifts_glucose_before_breakfast() -> None:
    one = life(10)
    glucose = curve(one, Metabolism(120, 0, 60, 0, 30, 0.001), [], [])
    day = one.days()[4]
    assert glucose(one.at(day, 6.5)) - glucose(one.at(day, 1.0)) > 25


def test_a_bend_reaches_its_level_and_only_there() -> None:
    one = life(4)
    low = Bend(UNTIL - DAY, 46, 45, "low")
    glucose = curve(one, Metabolism(120, 0, 60, 0, 0, 0.001), [], [low])
    assert glucose(low.at) == pytest.approx(46, abs=1)
    assert glucose(low.at + timedelta(hours=4)) == pytest.approx(120, abs=1)


def test_a_sensor_reads_each_five_minutes_and_mostly_in_range() -> None:
    samples = diabetes_type_1.sensor(life(14, "sensor"))
    steps = [(b.at - a.at).total_seconds() / 60 for a, b in pairwise(samples)]
    values = [sample.values["glucose"] for sample in samples]
    assert median(steps) == 5
    assert 0.9 < len(samples) / (14 * 288) <= 1
    assert 110 < fmean(values) < 175
    assert 0.6 < fmean(70 <= value <= 180 for value in values) < 0.97
    jumps = [abs(b - a) for (a, b), step in zip(pairwise(values), steps, strict=True) if step == 5]
    assert max(jumps) < 50


def test_some_nights_go_below_54() -> None:
    samples = diabetes_type_1.sensor(life(30, "lows"))
    low = [sample for sample in samples if sample.values["glucose"] < 54]
    assert low
    assert all(1 <= sample.at.astimezone(ZoneInfo("Europe/Berlin")).hour <= 5 for sample in low)
    assert {label for sample in low for label in sample.truth} >= {"hypoglycaemia_level_2"}


def test_fluid_comes_within_three_days_and_goes_again() -> None:
    onset = UNTIL.date()
    course = [extra for extra, _ in fluid([onset]).values()]
    assert course[2] - course[0] >= 2.0
    assert course[-1] < 0.3
    assert [label for _, label in fluid([onset]).values()].count("fluid_retention") == 4


def test_weight_scatters_by_less_than_a_kilogram_outside_episodes() -> None:
    samples = heart_failure.scale(life(30, "scale"))
    dry = [sample.values["weight"] for sample in samples if not sample.truth]
    assert stdev(dry) < 0.6
    assert max(sample.values["weight"] for sample in samples) - median(dry) > 2


def test_a_leaking_mask_lets_apnoea_and_leak_rise_together() -> None:
    samples = apnoea.cpap(life(40, "mask"))
    tight = [sample.values for sample in samples if not sample.truth]
    loose = [sample.values for sample in samples if sample.truth]
    assert median(one["ahi"] for one in tight) < 5 < median(one["ahi"] for one in loose)
    assert median(one["leak"] for one in tight) < 12 < median(one["leak"] for one in loose)


def test_the_parts_of_a_night_add_up() -> None:
    for sample in apnoea.cpap(life(40, "nights")):
        one = sample.values
        assert one["light"] + one["deep"] + one["rem"] == one["total_sleep"]
        assert one["total_sleep"] + one["latency"] + one["wake_after_onset"] <= one["time_in_bed"]
        assert one["central_ahi"] <= one["ahi"]
        assert sample.began is not None
        assert (sample.at - sample.began).total_seconds() / 60 == one["time_in_bed"]


def test_somebody_quiet_sends_nothing_in_that_time_and_a_short_run_has_nobody_quiet() -> None:
    condition = Condition("any", (), {}, (Quiet("cuff", 0, 5, 4),))
    for days, silent in ((30, True), (8, False)):
        one = life(days)
        samples = [Sample(UNTIL - n * DAY, {}) for n in range(days)]
        left = kept(condition, "cuff", one, samples)
        assert (len(left) == days - 4) == silent
        assert len(kept(condition, "scale", one, samples)) == days


def test_every_kind_of_device_is_sold_in_every_home() -> None:
    everybody = [*CONDITIONS, *(condition for condition, _ in SHARES.values())]
    kinds = {kind for condition in everybody for kind in condition.kit}
    assert {model_for(kind, home).kind for kind in kinds for home in HOMES} == kinds == {one.kind for one in MODELS}


@pytest.mark.parametrize(
    ("kind", "units", "value", "sent"),
    [
        ("cgm", "mg/dL", 39.4, "LO"), ("cgm", "mg/dL", 39.6, 40), ("cgm", "mg/dL", 401, "HI"),
        ("cgm", "mmol/L", 40.0, "LO"), ("cgm", "mmol/L", 41.4, 2.3), ("cgm", "mmol/L", 401, "HI"),
        ("meter", "mg/dL", 19.0, "LO"), ("meter", "mg/dL", 601, "HI"), ("meter", "mmol/L", 100, 5.6),
        ("meter", "mg/dL", 100.4, 100),
    ],
)  # fmt: skip
def test_a_device_shows_its_digits_and_beyond_its_ends_lo_or_hi(
    kind: str, units: str, value: float, sent: object
) -> None:
    model = next(one for one in MODELS if one.kind == kind and one.units == units)
    assert shown(model, {"glucose": value}) == {"glucose": {"value": sent, "unit": units}}


def test_a_component_without_a_display_is_not_sent() -> None:
    mat = next(one for one in MODELS if one.kind == "mat")
    assert "ahi" not in shown(mat, {"total_sleep": 400, "ahi": 3})
