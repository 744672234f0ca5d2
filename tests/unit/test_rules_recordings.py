"""The sensor's rules on recordings of real people, against events counted another way.

The recordings are not part of the project (`corpora`); what is found in them stands beside the tests.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.sensors import Event, Recording, events_in_a_row, events_together, recordings
from thresholds import RULES
from thresholds.types import Amount, Case, Sample

pytestmark = pytest.mark.slow  # 19,500 samples, four rules; `make test` runs them

QUARTER, TWO_HOURS = timedelta(minutes=9.5), timedelta(minutes=114)
LIMITS = {"CGM-L2": (54, QUARTER), "CGM-L1": (70, QUARTER), "CGM-PROL": (54, TWO_HOURS)}


EVENTS = {  # of CGM-L2, CGM-L1 and CGM-H2
    "dm": (2, 15, 6), "nodm": (2, 12, 0), "Subject 1": (0, 1, 0), "Subject 2": (0, 0, 9), "Subject 3": (0, 1, 2),
    "Subject 4": (0, 2, 0), "Subject 5": (0, 1, 10),
}  # fmt: skip
PEOPLE = list(EVENTS)


@pytest.fixture(scope="module")
def people(corpora: Path) -> dict[str, Recording]:
    return dict(recordings(corpora))


def found(rule: str, recording: Recording) -> list[Event]:
    samples = [
        Sample(UUID(int=number), at, {"glucose": Amount(str(value), "mg/dL")})
        for number, (at, value) in enumerate(recording)
    ]
    begin = recording[0][0]
    return [(each.started_at, each.ended_at) for each in RULES[rule].fold(samples, begin, Case("UTC", begin))]


def below(limit: float) -> Callable[[float], bool]:
    return lambda value: value < limit


def lows(rule: str, recording: Recording, apart: float) -> list[Event]:
    limit, long = LIMITS[rule]
    return events_in_a_row(recording, below(limit), lambda value: value >= 70, long, timedelta(minutes=apart))


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("person", PEOPLE)
def test_lows_of_a_sensor_of_five_minutes_are_those_counted_otherwise(
    people: dict[str, Recording], person: str, rule: str
) -> None:
    assert found(rule, people[person]) == lows(rule, people[person], 7.5)


@pytest.mark.parametrize(("person", "counts"), EVENTS.items())
def test_events_are_as_many_as_written_down(
    people: dict[str, Recording], person: str, counts: tuple[int, int, int]
) -> None:
    assert tuple(len(found(rule, people[person])) for rule in ("CGM-L2", "CGM-L1", "CGM-H2")) == counts


@pytest.mark.parametrize("person", PEOPLE)
def test_highs_of_a_sensor_of_five_minutes_are_those_counted_otherwise(
    people: dict[str, Recording], person: str
) -> None:
    expected = events_together(people[person], lambda value: value > 250, lambda value: value <= 180, 89)
    assert found("CGM-H2", people[person]) == expected


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("person", PEOPLE)
def test_lows_of_a_sensor_of_fifteen_minutes_are_those_counted_otherwise(
    people: dict[str, Recording], person: str, rule: str
) -> None:
    slow = thinned(people[person])
    assert settled(found(rule, slow), slow) == settled(lows(rule, slow, 22.5), slow)


def settled(events: list[Event], recording: Recording) -> list[Event]:
    """Without the first hour, in which a sensor has no rhythm yet and is taken for one of five minutes."""
    return [event for event in events if event[0] - recording[0][0] > timedelta(hours=1)]


def thinned(recording: Recording) -> Recording:
    """Every third sample, as a slower sensor would have sent."""
    taken: list[tuple[datetime, float]] = []
    for at, value in recording:
        if not taken or at - taken[-1][0] >= timedelta(minutes=14):
            taken.append((at, value))
    return taken
