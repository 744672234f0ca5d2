"""An explanation says what the engine found: never *breached* without an episode, nor anything else with one."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flags.explain.explanation import Explanation, Verdict, explain, is_under_way
from flags.explain.reasons import BREACH
from flags.judge import restart
from flags.states import episode_of
from tests.unit.test_rules_from_start import BEGINNING, FACTS, ORIGIN, changes, promised
from thresholds import RULES
from thresholds.types import Case, Found, Rule, Sample

pytestmark = pytest.mark.slow  # many examples each; `make test` runs them
SWITCHED_ON = [replace(rule, on=True) for rule in RULES.values()]


def stream(rule: Rule, data: st.DataObject) -> list[Sample]:
    _, drawn = data.draw(changes(rule))
    assume(drawn)
    return [replace(sample, id=UUID(int=place)) for place, sample in enumerate(drawn)]


def case_at(at: datetime) -> Case:
    return Case("Europe/Paris", at, FACTS)


def found_by_engine(rule: Rule, samples: list[Sample], at: datetime) -> list[Found]:
    return rule.fold([each for each in samples if each.at <= at], BEGINNING, replace(case_at(at), open_gap=True))


def explained(rule: Rule, samples: list[Sample], at: datetime, found: list[Found]) -> Explanation:
    """As the edge does it: from where nothing of the rule was under way, with what `Rule` promises to be enough."""
    start = restart(rule, [episode_of(each) for each in found], at)
    known = promised(rule, [each for each in samples if each.at <= at], start, case_at(at))
    return explain(rule, known, start, case_at(at))


@pytest.mark.parametrize("rule", SWITCHED_ON, ids=lambda rule: rule.id)
@settings(max_examples=6)
@given(data=st.data())
def test_it_says_breached_exactly_where_an_episode_is_under_way(rule: Rule, data: st.DataObject) -> None:
    samples = stream(rule, data)
    seconds = data.draw(st.sampled_from([each.at for each in samples])) - ORIGIN
    at = ORIGIN + seconds + timedelta(seconds=data.draw(st.sampled_from([0, 30, 600, 901, 90_000, 400_000])))
    found = found_by_engine(rule, samples, at)
    answer = explained(rule, samples, at, found)
    under_way = is_under_way(found[-1] if found else None)
    assert (answer.verdict is Verdict.BREACHED) == under_way
    if under_way:
        assert answer.episode == found[-1]
    assert all(line.why for line in answer.readings)


@pytest.mark.parametrize("rule", [each for each in SWITCHED_ON if not each.closes_itself], ids=lambda rule: rule.id)
@settings(max_examples=6)
@given(data=st.data())
def test_the_readings_that_counted_are_those_of_the_episode(rule: Rule, data: st.DataObject) -> None:
    samples = stream(rule, data)
    for wanted in found_by_engine(rule, samples, ORIGIN + timedelta(days=99)):
        at = wanted.last_at
        found = found_by_engine(rule, samples, at)
        answer = explained(rule, samples, at, found)
        counted = [line.sample for line in answer.readings if line.why == BREACH]
        assert len(counted) == found[-1].breaches
        assert {found[-1].first.id, found[-1].worst.id, found[-1].newest.id} <= {each.id for each in counted}
