"""What rules know of a patient: which facts there are, which a rule lacks, and for whom a rule is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from thresholds import RULES, missing_facts
from thresholds.facts import FACTS, applies, date_fact, decimal_fact
from thresholds.types import Case, Fact, Rule

ORIGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HEART_FAILURE = Fact("condition", "heart_failure", ORIGIN)
DRY = replace(RULES["WT-HF-3D"], facts=("dry_weight",), unless=(("goal", "diuresis"),))


def case(*facts: Fact) -> Case:
    return Case("UTC", ORIGIN, facts)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_fact_that_a_rule_names_is_in_the_table(rule: Rule) -> None:
    assert all(FACTS[name].read for name in rule.facts)
    pairs = [*rule.unless, *([rule.needs] if rule.needs else [])]
    assert all(word in FACTS[name].words for name, word in pairs)


@pytest.mark.parametrize(("name", "known"), FACTS.items())
def test_every_fact_has_either_words_or_a_unit_with_an_example_that_can_be_read(name: str, known: object) -> None:
    known = FACTS[name]
    assert known.meaning
    assert bool(known.words) != bool(known.unit)
    assert known.read is None or known.read(known.example) is not None


def test_a_rule_lacks_a_fact_until_it_is_stated() -> None:
    dry = Fact("dry_weight", "70.5", ORIGIN + DAY, ORIGIN + 2 * DAY)
    lacking = [missing_facts(DRY, case(HEART_FAILURE, dry), ORIGIN + n * DAY) for n in range(3)]
    assert lacking == [("dry_weight",), (), ("dry_weight",)]


@pytest.mark.parametrize("text", ["", "0", "0.0", "70,5", "70.5 kg", "-70", "1e2", "seventy", "NaN", "٧٠"])
def test_a_fact_that_cannot_be_read_is_missing(text: str) -> None:
    known = case(HEART_FAILURE, Fact("dry_weight", text, ORIGIN))
    assert missing_facts(DRY, known, ORIGIN) == ("dry_weight",)


def test_a_rule_lacks_nothing_for_patients_whom_it_is_not_for() -> None:
    assert missing_facts(DRY, case(), ORIGIN) == ()
    assert missing_facts(DRY, case(HEART_FAILURE, Fact("goal", "diuresis", ORIGIN)), ORIGIN) == ()


def test_a_rule_is_for_those_who_have_what_it_needs_and_nothing_that_excludes() -> None:
    ended = Fact("goal", "diuresis", ORIGIN, ORIGIN + DAY)
    assert not applies(DRY, case(HEART_FAILURE, ended), ORIGIN)
    assert applies(DRY, case(HEART_FAILURE, ended), ORIGIN + DAY)
    assert not applies(DRY, case(), ORIGIN)


def test_of_two_values_the_one_that_began_latest_holds_in_whatever_order_they_come() -> None:
    facts = [Fact("dry_weight", "71", ORIGIN), Fact("dry_weight", "70", ORIGIN + DAY)]
    for order in (facts, facts[::-1]):
        assert decimal_fact(case(*order), "dry_weight", ORIGIN) == Decimal(71)
        assert decimal_fact(case(*order), "dry_weight", ORIGIN + DAY) == Decimal(70)


@pytest.mark.parametrize(
    ("text", "day"), [("1950-12-31", date(1950, 12, 31)), ("1950-02-30", None), ("19501231", None)]
)
def test_a_birth_date_is_a_day_of_the_calendar(text: str, day: date | None) -> None:
    assert date_fact(case(Fact("birth_date", text, ORIGIN)), "birth_date", ORIGIN) == day
