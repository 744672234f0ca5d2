"""Ranges of glucose: which limit decides, and what adds up to what."""

import pytest

from reports.agp.bands import ADULT, BANDS, GROUPS, OLDER, PREGNANCY, Goal
from thresholds.types import Amount


@pytest.mark.parametrize(
    ("text", "unit", "band"),
    [
        ("10.0", "mmol/L", "target"), ("10.1", "mmol/L", "high"), ("13.9", "mmol/L", "high"),
        ("14.0", "mmol/L", "very_high"), ("3.9", "mmol/L", "target"), ("3.8", "mmol/L", "low"),
        ("3.0", "mmol/L", "low"), ("2.9", "mmol/L", "very_low"), ("180", "mg/dL", "target"),
        ("181", "mg/dL", "high"), ("250", "mg/dL", "high"), ("251", "mg/dL", "very_high"), ("70", "mg/dL", "target"),
        ("69", "mg/dL", "low"), ("54", "mg/dL", "low"), ("53", "mg/dL", "very_low"), ("LO", "mg/dL", "very_low"),
        ("HI", "mmol/L", "very_high"), ("180.16", "mg/dL", "high"),
    ],
)  # fmt: skip
def test_a_reading_is_in_its_band_by_the_limit_of_the_unit_it_was_sent_in(text: str, unit: str, band: str) -> None:
    assert ADULT.band(Amount(text, unit)) == OLDER.band(Amount(text, unit)) == band


@pytest.mark.parametrize(
    ("text", "unit", "band"),
    [
        ("63", "mg/dL", "target"), ("62", "mg/dL", "low"), ("3.5", "mmol/L", "target"), ("140", "mg/dL", "target"),
        ("7.8", "mmol/L", "target"), ("7.9", "mmol/L", "high"), ("300", "mg/dL", "high"), ("53", "mg/dL", "very_low"),
    ],
)  # fmt: skip
def test_in_pregnancy_the_target_is_another_and_nothing_is_very_high(text: str, unit: str, band: str) -> None:
    assert PREGNANCY.band(Amount(text, unit)) == band


@pytest.mark.parametrize("group", GROUPS)
def test_below_target_and_above_add_up_to_all_bands(group: str) -> None:
    figures = GROUPS[group].figures()
    three = [
        name for name in figures if name.startswith("tir") or name in (f"tbr_below_{low(figures)}", above(figures))
    ]
    assert sorted(band for name in three for band in figures[name]) == sorted(BANDS)


def low(figures: dict[str, tuple[str, ...]]) -> str:
    return next(name for name in figures if name.startswith("tir")).split("_")[1]


def above(figures: dict[str, tuple[str, ...]]) -> str:
    return next(name for name in figures if name.startswith("tar"))


@pytest.mark.parametrize(("value", "met"), [(3.999, True), (4, False)])
def test_a_goal_of_less_than_4_is_not_met_by_4(value: float, met: bool) -> None:
    assert Goal("tbr_below_70", less=True, percent=4).met(value) is met


def test_every_goal_is_of_a_figure_that_the_group_has() -> None:
    assert [goal for group in GROUPS.values() for goal in group.goals if goal.figure not in group.figures()] == []
