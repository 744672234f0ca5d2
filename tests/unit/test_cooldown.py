"""After a person resolved a flag: HIGH is quiet for 24 h, MOD for 72 h, CRIT not at all, and what is worse never.

Hours after a fixed instant; the person acted at hour 50. An episode is (severity, first breach, last breach, worth).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flags.matching import match
from flags.states import EpisodeState, FlagState

ORIGIN = datetime(2026, 3, 1, tzinfo=UTC)
RULE = {"blood_pressure": "BP-S2", "glucose": "GLU-L1", "weight": "WT-HF-3D", "sleep": "SLP-AHI"}
RESOLVED_AT = 50


def at(hours: float) -> datetime:
    return ORIGIN + timedelta(hours=hours)


def episode(severity: str, start: float, last: float, worth: str, measure: str = "blood_pressure") -> EpisodeState:
    evidence = {name: {"at": start} for name in ("first", "worst", "newest")} | {"worth": worth}
    return EpisodeState(RULE[measure], severity, "lasting", at(start), at(last), None, 1, evidence)


def resolved(severity: str, measure: str = "blood_pressure", worth: str = "5", actor: str = "nurse") -> FlagState:
    step = {"at": at(RESOLVED_AT).isoformat(), "actor": actor, "from": "open", "to": "resolved", "note": "called"}
    return FlagState(
        id=UUID(int=1), patient_id="pt-1", measure=measure, rule=RULE[measure], severity=severity, status="resolved",
        since=at(1), until=at(2), raised_at=at(2), changed_at=at(RESOLVED_AT), episodes=1, breaches=1, late=False,
        ended=True, awaiting_confirmation=False, not_confirmed=False,
        evidence={"first": {"at": 1}, "worst": {"at": 1}, "newest": {"at": 2}, "worth": worth, "figure": None},
        history=[step],
    )  # fmt: skip


def raised(flag: FlagState, *episodes: EpisodeState) -> list[str]:
    """Severities of the flags that somebody is asked about."""
    own = replace(episode(flag.severity, 1, 2, flag.evidence["worth"], flag.measure), ended_at=at(3), state="ended")
    changed = match("pt-1", flag.measure, [own, *episodes], [flag], at(200))
    return [each.severity for each in changed if each.active]


@pytest.mark.parametrize(("severity", "hours"), [("HIGH", 24), ("MOD", 72)])
def test_a_new_match_is_quiet_until_the_time_is_over(severity: str, hours: int) -> None:
    soon, later = RESOLVED_AT + hours, RESOLVED_AT + hours + 0.01
    assert raised(resolved(severity), episode(severity, soon, soon, "5")) == []
    assert raised(resolved(severity), episode(severity, later, later, "5")) == [severity]


def test_critical_is_never_quiet() -> None:
    assert raised(resolved("CRIT"), episode("CRIT", 50.1, 50.1, "5")) == ["CRIT"]


@pytest.mark.parametrize(
    ("measure", "just_below", "at_it"),
    [("blood_pressure", "14.9", "15"), ("glucose", "14.9", "15"), ("weight", "5.49", "5.5")],
)
def test_a_worse_value_breaks_it(measure: str, just_below: str, at_it: str) -> None:
    assert raised(resolved("HIGH", measure), episode("HIGH", 60, 60, just_below, measure)) == []
    assert raised(resolved("HIGH", measure), episode("HIGH", 60, 60, at_it, measure)) == ["HIGH"]


def test_a_higher_severity_breaks_it() -> None:
    assert raised(resolved("MOD", "sleep"), episode("MOD", 60, 60, "99", "sleep")) == []
    assert raised(resolved("MOD", "sleep"), episode("HIGH", 60, 60, "5", "sleep")) == ["HIGH"]


def test_what_went_on_while_it_was_quiet_is_news_afterwards() -> None:
    flag = resolved("HIGH")
    [quiet] = match("pt-1", "blood_pressure", [episode("HIGH", 60, 70, "5")], [flag], at(70))
    assert (quiet.status, quiet.until) == ("resolved", at(70))
    assert raised(quiet, episode("HIGH", 60, 75, "5")) == ["HIGH"]


def test_quiet_matches_cannot_creep_up() -> None:
    """Each a little worse than the last: they are measured against what the person dealt with."""
    [quiet] = match("pt-1", "blood_pressure", [episode("HIGH", 60, 60, "14")], [resolved("HIGH")], at(60))
    assert raised(quiet, episode("HIGH", 60, 60, "14"), episode("HIGH", 65, 65, "16")) == ["HIGH"]


def test_what_closed_by_itself_is_not_quiet() -> None:
    assert raised(resolved("MOD", actor="system"), episode("MOD", 60, 60, "5")) == ["MOD"]


def test_what_was_measured_before_the_person_acted_is_not_quiet() -> None:
    assert raised(resolved("HIGH"), episode("HIGH", 40, 50, "5")) == ["HIGH"]
