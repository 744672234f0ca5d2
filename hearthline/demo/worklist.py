"""The worklist's rows in words a nurse reads: who, what, how far from the limit, since when, how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.tables import Flag, Patient
from thresholds import RULES

PAIRED = ("systolic", "diastolic")  # written as one figure, 184/121
UNITS = {"mm[Hg]": "mmHg", "{events}/h": "/h", "[lb_av]": "lb"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the worklist, every part as text."""

    severity: str
    patient: str
    rule: str
    newest: str
    limit: str
    since: str
    often: str
    note: str


def show(flag: Flag, patient: Patient) -> Shown:
    """`since` is in the patient's own time."""
    rule = RULES[flag.rule]
    return Shown(
        severity=flag.severity,
        patient=patient.name,
        rule=_brief(rule.words),
        newest=newest(flag.measure, flag.evidence),
        limit=rule.limit,
        since=_local(flag.since, patient.zone),
        often=_often(flag),
        note=_note(flag),
    )


def newest(measure: str, evidence: Mapping[str, Any]) -> str:
    """What was compared last: a figure of several readings (a median, a gain, a gap), else the newest reading's."""
    if evidence["figure"] is not None:
        return str(evidence["figure"])
    values: Mapping[str, Sequence[str]] = evidence["newest"]["values"]
    if all(name in values for name in PAIRED):
        return f"{'/'.join(values[name][0] for name in PAIRED)} {_unit(values[PAIRED[0]][1])}"
    text, unit = values[measure]
    return f"{text} {_unit(unit)}"


def _unit(unit: str) -> str:
    return UNITS.get(unit, unit)


def _brief(words: str) -> str:
    """The rule's name in words; its limit has a column of its own."""
    return words.partition(":")[0].partition(" for longer than")[0]


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def _often(flag: Flag) -> str:
    return "once" if flag.episodes == 1 else f"{flag.episodes} times"


def _note(flag: Flag) -> str:
    states = {"to be confirmed": flag.awaiting_confirmation, "not confirmed": flag.not_confirmed, "ended": flag.ended}
    return next((words for words, holds in states.items() if holds), "lasting")
