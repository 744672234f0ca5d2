"""How much of what their programmes ask for patients measured: pure, on dates."""

from collections.abc import Mapping, Set
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from registry.programmes import Programme
from reports.period import Period, midnight
from reports.subject import Subject

DAY: Final = timedelta(days=1)
Asked = Mapping[str, tuple[int, datetime]]  # measure → at least one reading in so many dates, since when


def asked_of(
    journeys: Mapping[str, datetime], known: Mapping[str, Programme], at: datetime
) -> dict[str, tuple[int, datetime]]:
    """By the phase that holds at `at`; of two programmes that ask for the same measure the more frequent counts."""
    found: dict[str, tuple[int, datetime]] = {}
    for name, begun in journeys.items():
        for measure, span in _cadence(known[name], at - begun).items():
            dates = max(round(span / DAY), 1)
            if measure not in found or dates < found[measure][0]:
                found[measure] = dates, begun
    return found


def _cadence(programme: Programme, age: timedelta) -> dict[str, timedelta]:
    phases = [each for each in programme.phases if each.begin <= age and (each.end is None or age < each.end)]
    return {**programme.cadence, **{name: span for each in phases for name, span in each.cadence.items()}}


def kept(asked: Asked, measured: Mapping[str, Set[date]], subject: Subject, period: Period) -> tuple[int, int]:
    """(spans with a reading, spans): of each measure spans of as many dates as it is asked for once in, counted back
    from the last date that is over; dates before the programme began, or on which the patient was away, are none."""
    have = whole = 0
    for measure, (length, begun) in asked.items():
        dates = [day for day in period.whole_dates() if midnight(day, period.zone) >= begun and _expected(subject, day)]
        newest_first = dates[::-1]
        spans = [newest_first[n : n + length] for n in range(0, len(dates) - length + 1, length)]
        whole += len(spans)
        have += sum(not measured.get(measure, frozenset()).isdisjoint(span) for span in spans)
    return have, whole


def _expected(subject: Subject, day: date) -> bool:
    """Nobody expects readings of who is in hospital or travels; noon decides."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(subject.zone))
    return not any(fact.name == "paused" and fact.holds(noon) for fact in subject.case.facts)
