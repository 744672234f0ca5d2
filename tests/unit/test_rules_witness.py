"""Whoever watches a fold learns what counted, and changes nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.measures import NOT_A_PATIENT
from tests.unit.test_rules_from_start import BEGINNING, FACTS, ORIGIN, changes
from thresholds import RULES
from thresholds.types import Case, Rule
from thresholds.witness import Witness, watched_by, watching

pytestmark = pytest.mark.slow  # many examples each; `make test` runs them
CASE = Case("Europe/Paris", ORIGIN + timedelta(days=99), FACTS)
BY_BREACHES = [rule for rule in RULES.values() if not rule.closes_itself]


def nothing(_sample: object, _window: object) -> None:
    """No words wanted."""


@pytest.mark.parametrize("rule", BY_BREACHES, ids=lambda rule: rule.id)
@settings(max_examples=8)
@given(data=st.data())
def test_what_joined_are_the_breaches_of_the_episodes_and_the_answer_is_the_same(
    rule: Rule, data: st.DataObject
) -> None:
    _, drawn = data.draw(changes(rule))
    samples = [replace(sample, id=UUID(int=place)) for place, sample in enumerate(drawn)]
    with watched_by(Witness(nothing)) as witness:
        found = rule.fold(samples, BEGINNING, CASE)
    assert found == rule.fold(samples, BEGINNING, CASE)
    assert len(witness.joined) == sum(each.breaches for each in found)
    assert {sample.id for each in found for sample in (each.first, each.worst, each.newest)} <= witness.joined
    assert witness.joined <= witness.looked_at
    own = {sample.id for sample in samples if sample.context.get("kind") not in NOT_A_PATIENT}
    assert witness.looked_at <= own


def test_a_witness_is_gone_after_its_block() -> None:
    with watched_by(Witness(nothing)) as witness:
        assert watching() is witness
    assert watching() is None
