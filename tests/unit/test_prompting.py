"""Which episodes ask for a repeat, until when, and under one name however many rules one reading breaches."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flags.prompting import ASKS, asks_of
from flags.record import Change
from flags.states import EpisodeState
from thresholds import RULES

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
FIRST, LATER = UUID(int=1), UUID(int=2)
MINUTE = timedelta(minutes=1)


def sample(reading: UUID) -> dict[str, object]:
    return {"reading": str(reading), "measured_at": AT.isoformat(), "values": {}, "doubtful": False}


def episode(rule: str, state: str, *, newest: UUID = FIRST) -> EpisodeState:
    evidence = {"first": sample(FIRST), "worst": sample(FIRST), "newest": sample(newest)}
    return EpisodeState(rule, "CRIT", state, AT, AT, None, 1, evidence)


def written(*episodes: EpisodeState) -> list[Change]:
    return [Change("pt-anna", "blood_pressure", (), [each]) for each in episodes]


@pytest.mark.parametrize("rule", ["BP-SEV", "BP-PREG"])
def test_a_pressure_that_awaits_its_repeat_asks_until_the_wait_is_over(rule: str) -> None:
    [asked], _ = asks_of(written(episode(rule, "awaiting")), AT)
    assert (asked.measure, asked.expires_at, asked.reading) == ("blood_pressure", AT + 15 * MINUTE, FIRST)


@pytest.mark.parametrize(
    ("rule", "measure", "minutes"), [("WT-HF-3D", "weight", 15), ("HR-TACHY", "blood_pressure", 15)]
)
def test_one_reading_alone_asks_and_two_do_not(rule: str, measure: str, minutes: int) -> None:
    [asked], _ = asks_of(written(episode(rule, "lasting")), AT)
    assert (asked.measure, asked.expires_at) == (measure, AT + minutes * MINUTE)
    wanted, over = asks_of(written(episode(rule, "lasting", newest=LATER)), AT)
    assert (wanted, over) == ([], [asked.id])


def test_a_low_sensor_asks_for_a_fingerstick() -> None:
    [asked], _ = asks_of(written(episode("CGM-L2", "lasting", newest=LATER)), AT)
    assert (asked.measure, asked.expires_at) == ("glucose", AT + 30 * MINUTE)


@pytest.mark.parametrize("state", ["lasting", "ended", "not_confirmed"])
def test_who_answered_is_asked_no_more(state: str) -> None:
    [asked], _ = asks_of(written(episode("BP-SEV", "awaiting")), AT)
    assert asks_of(written(episode("BP-SEV", state)), AT) == ([], [asked.id])
    gone = [Change("pt-anna", "blood_pressure", [episode("BP-SEV", "awaiting")], ())]
    assert asks_of(gone, AT) == ([], [asked.id])


def test_what_came_too_late_to_be_repeated_asks_nobody() -> None:
    soon = AT + 15 * MINUTE
    assert asks_of(written(episode("BP-SEV", "awaiting")), soon - timedelta(microseconds=1))[0] != []
    assert asks_of(written(episode("BP-SEV", "awaiting")), soon)[0] == []


def test_one_reading_that_breaches_several_rules_asks_once() -> None:
    both = written(episode("WT-HF-3D", "lasting"), episode("WT-HF-7D", "lasting"))
    asked, over = asks_of(both, AT)
    assert len(asked) == 1
    assert over == []


def test_every_rule_that_asks_is_in_the_table() -> None:
    assert RULES.keys() >= ASKS.keys()
