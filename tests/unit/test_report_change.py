"""What is said of two periods, by the table of thresholds alone."""

import pytest

from reports.change.judge import Person, changes
from reports.change.table import COMPARED
from reports.change.words import sentences
from reports.figure import Figure, figure

NONE = {each.figure: figure(None, each.unit, 0, "no readings") for each in COMPARED}
EARLIER = "the period before"


def of(name: str, value: float, n: int = 30, why: str = "") -> dict[str, Figure]:
    unit = next(each.unit for each in COMPARED if each.figure == name)
    return NONE | {name: figure(value, unit, n, why)}


def verdict(name: str, before: float, now: float, person: Person | None = None) -> str:
    found = changes(of(name, before), of(name, now), person or Person())
    return next(each.verdict for each in found if each.of.figure == name)


@pytest.mark.parametrize(
    ("name", "before", "now", "said"),
    [
        ("systolic_mean", 150, 140, "improved"), ("systolic_mean", 150, 140.1, "below_threshold"),
        ("systolic_mean", 128, 138, "worsened"), ("systolic_mean", 100, 88, "worsened"),
        ("systolic_mean", 95, 125, "changed"), ("diastolic_mean", 85, 80, "improved"),
        ("pulse_mean", 80, 92, "changed"), ("pulse_mean", 100, 115, "worsened"),
        ("pulse_mean", 100, 114, "below_threshold"),
        ("cgm_in_range_pct", 60, 65, "improved"), ("cgm_in_range_pct", 72, 90, "changed"),
        ("cgm_below_70_pct", 3.5, 4.6, "worsened"), ("cgm_below_70_pct", 1, 3, "changed"),
        ("ahi_mean", 12, 4, "improved"),
        ("total_sleep_mean", 400, 620, "changed"), ("total_sleep_mean", 300, 420, "improved"),
        ("nights_4h_pct", 80, 60, "worsened"),
    ],
)  # fmt: skip
def test_a_change_is_of_the_threshold_or_more_and_better_is_nearer_to_the_range(
    name: str, before: float, now: float, said: str
) -> None:
    assert verdict(name, before, now) == said


def test_a_weight_is_better_nearer_to_the_dry_weight_and_without_one_neither() -> None:
    assert verdict("weight_median", 83, 80.5, Person(dry=78)) == "improved"
    assert verdict("weight_median", 83, 80.5) == "changed"


def test_in_a_pregnancy_nothing_is_called_better_or_worse_by_goals_of_others() -> None:
    assert verdict("systolic_mean", 150, 120, Person(pregnant=True)) == "changed"
    assert verdict("ahi_mean", 20, 10, Person(pregnant=True)) == "improved"


def test_too_few_readings_are_said_to_be_too_few_and_never_stable() -> None:
    found = changes(
        of("systolic_mean", 150, 3, "3 readings on 1 dates, and 12 on 3 are needed"), of("systolic_mean", 150), Person()
    )
    said = sentences(found, EARLIER)
    assert said[0] == (
        "Systolic mean: not enough readings to compare; in the period before 3 readings on 1 dates, and 12 on 3 are"
        " needed."
    )
    assert "stable" not in " ".join(said)


def test_no_readings_at_all_are_named_once_for_all_streams() -> None:
    assert sentences(changes(NONE, NONE, Person()), EARLIER) == [
        "No readings in either period, so nothing to compare: blood pressure, sensor glucose, meter glucose, weight,"
        " sleep, therapy."
    ]


def test_the_words_are_made_from_the_figures() -> None:
    found = changes(of("systolic_mean", 148.24, 28), of("systolic_mean", 135.8, 30), Person())
    assert sentences(found, EARLIER)[0] == (
        "Systolic mean fell by 12.4 mmHg, from 148.2 (n = 28) to 135.8 (n = 30) mmHg: nearer to 90 to 130."
    )


def test_what_worsened_is_said_first() -> None:
    before = of("systolic_mean", 150) | {"ahi_mean": figure(4, "/h", 20), "diastolic_mean": figure(75, "mmHg", 30)}
    now = of("systolic_mean", 130) | {"ahi_mean": figure(12, "/h", 20), "diastolic_mean": figure(76, "mmHg", 30)}
    said = sentences(changes(before, now, Person()), EARLIER)
    assert [each.split()[0] for each in said[:3]] == ["Apnoea-hypopnoea", "Systolic", "Diastolic"]


def test_every_number_of_the_table_has_its_source() -> None:
    assert [each.figure for each in COMPARED if not ("§" in each.source or "(design)" in each.source)] == []
