"""What counts as a small change of a rule."""

import pytest

from tests.mutation.mutants import changes

MMHG = 'X: Final = parameter("systolic", "words", "180 mm[Hg]", "lower", SYSTOLIC)'


@pytest.mark.parametrize(
    ("source", "becomes"),
    [
        ("a < b", ["a <= b"]),
        ("a >= b", ["a > b"]),
        ("a == b", []),
        ("a and b", ["a or b"]),
        ("bound.below(sample)", ["not bound.above(sample)"]),
        ("Tier(lt, 'moderate')", ["Tier(le, 'moderate')"]),
        ("ENOUGH = 4", ["ENOUGH = 3", "ENOUGH = 5"]),
        ("half = 1", []),
        ("first = samples[2]", []),
        ("x = Decimal('0.9')", ["x = Decimal('0.8')", "x = Decimal('1.0')"]),
        ("'a docstring of 15 min'", []),
        ("f'{over} mm[Hg]'", ["f'{over} kPa'"]),
        ("Rule(words='below 54', limit='54 mg/dL', lookback=7)", []),
    ],
)
def test_a_change_is_one_that_a_rule_must_notice(source: str, becomes: list[str]) -> None:
    assert [change.source for change in changes(source)] == becomes


def test_of_a_published_pair_each_figure_and_each_unit_changes() -> None:
    found = {change.source for change in changes("pair = '54 mg/dL, 3.0 mmol/L'")}
    assert found == {
        f"pair = {text!r}"
        for text in (
            "53 mg/dL, 3.0 mmol/L", "55 mg/dL, 3.0 mmol/L", "54 mmol/L, 3.0 mmol/L",
            "54 mg/dL, 2.9 mmol/L", "54 mg/dL, 3.1 mmol/L", "54 mg/dL, 3.0 mg/dL",
        )
    }  # fmt: skip


def test_a_change_within_a_rules_definition_is_the_rules() -> None:
    source = 'BP_SEV: Final = Rule(id="BP-SEV", parameters=pair(180, 120))\nLATER: Final = 4\n'
    assert {(change.label, change.line) for change in changes(source)} == {("BP-SEV", 1), ("", 2)}
