"""Flags of one cause are shown as one with the highest; each stays a flag of its own."""

from collections import Counter
from dataclasses import dataclass

from flags.families import CAUSES, FAMILIES, as_one
from thresholds import RULES


@dataclass(frozen=True)
class Flag:
    rule: str
    severity: str
    patient_id: str = "pt-anna"
    status: str = "open"


def shown(*flags: Flag) -> list[list[str]]:
    return [[each.rule for each in (line.flag, *line.others)] for line in as_one(flags)]


SEVERE, GRADE_3, GRADE_2 = Flag("BP-SEV", "CRIT"), Flag("BP-G3", "HIGH"), Flag("BP-S2", "HIGH")


def test_one_line_with_the_highest_whatever_the_order() -> None:
    expected = [["BP-SEV", "BP-G3", "BP-S2"]]
    assert shown(SEVERE, GRADE_3, GRADE_2) == shown(GRADE_2, GRADE_3, SEVERE) == shown(GRADE_3, SEVERE, GRADE_2)
    assert shown(GRADE_2, GRADE_3, SEVERE) == expected


def test_the_severity_counts_before_the_rank_in_the_family() -> None:
    assert shown(Flag("BP-PREG-MOD", "HIGH"), Flag("BP-S2", "CRIT")) == [["BP-S2", "BP-PREG-MOD"]]


def test_a_family_is_of_one_patient() -> None:
    assert shown(SEVERE, Flag("BP-G3", "HIGH", "pt-bert")) == [["BP-SEV"], ["BP-G3"]]


def test_other_causes_have_lines_of_their_own() -> None:
    assert shown(Flag("GLU-L2", "CRIT"), SEVERE, Flag("CGM-L2", "CRIT"), Flag("GLU-L1", "MOD")) == [
        ["GLU-L2", "GLU-L1"], ["BP-SEV"], ["CGM-L2"],
    ]  # fmt: skip


def test_what_is_closed_hides_nothing_and_is_not_hidden() -> None:
    assert shown(Flag("BP-SEV", "CRIT", status="resolved"), GRADE_3, GRADE_2) == [["BP-SEV"], ["BP-G3", "BP-S2"]]


def test_a_rule_without_a_family_is_alone() -> None:
    assert shown(Flag("SLP-AHI", "MOD"), Flag("SLP-AHI", "MOD", "pt-bert")) == [["SLP-AHI"], ["SLP-AHI"]]


def test_every_rule_of_a_family_is_in_the_table_once() -> None:
    named = Counter(rule for rules in FAMILIES.values() for rule in rules)
    assert max(named.values()) == 1
    assert named.keys() <= RULES.keys()
    assert {RULES[rule].closes_itself for rule in CAUSES} == {False}, "silence is no cause of a value"
