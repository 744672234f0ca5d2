"""NODATA-*: how long each stream may be silent before the first word; judged by clocks that can be believed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from simulators.oracle.streams import Streams, streams
from simulators.plan import PlannedPatient, Silence, Taken

RULES: Final = {
    "weight": ("NODATA-WT", timedelta(days=2)),
    "blood_pressure": ("NODATA-BP", timedelta(days=3)),
    "glucose": ("NODATA-GLU", timedelta(days=3)),
    "sleep": ("NODATA-SLP", timedelta(days=3)),
}


def silences_expected(people: Sequence[PlannedPatient], taken: Sequence[Taken], now: datetime) -> list[Silence]:
    """Every gap between two readings, and up to `now` (aware), that is longer than its stream's first limit."""
    seen = streams(taken)
    return [
        silence
        for patient in people
        for stream, points in _watched(patient, seen.get(patient.id, {})).items()
        for silence in _gaps(patient, stream, [point.at for point in points if point.sure], now)
    ]


def _watched(patient: PlannedPatient, all_of_them: Streams) -> Streams:
    """Weight is watched in heart failure only, the sensor's stream by another rule."""
    ill = ("condition", "heart_failure") in patient.facts
    return {name: points for name, points in all_of_them.items() if name in RULES and (ill or name != "weight")}


def _gaps(patient: PlannedPatient, stream: str, times: list[datetime], now: datetime) -> list[Silence]:
    rule, limit = RULES[stream]
    prescribed = dict(patient.facts).get("glucose_gap_hours")
    if stream == "glucose" and prescribed:
        limit = min(limit, 2 * timedelta(hours=float(prescribed)))
    ends: list[datetime | None] = [*times[1:], None]
    return [
        Silence(patient.id, stream, begin, end, begin + limit, (rule,))
        for begin, end in zip(times, ends, strict=True)
        if (end or now) - begin > limit
    ]
