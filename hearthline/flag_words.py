"""The worklist's rows in words a nurse reads: who, what, how far from the limit, since when, how often."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.measures import MMHG
from models.tables import Flag, Patient
from thresholds import RULES

SHOWN = ("first", "worst", "newest")
MERCURY = ("mmHg", "mm[Hg]")
PAIRED = ("systolic", "diastolic")  # written as one figure, 184/121
PUBLISHED_PAIR = re.compile(r"([^ ]+ [^ ]+) \(([^ ]+ [^ ]+)\)")
MONTHS = timedelta(days=200)
BEYOND = ("LO", "HI")  # what a meter shows beyond its range has no unit
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
    rule, figure = RULES[flag.rule], newest(flag.measure, flag.evidence)
    return Shown(
        severity=flag.severity,
        patient=patient.name,
        rule=_brief(rule.words),
        newest=figure,
        limit=limit_beside(rule.limit, figure),
        since=_local(flag, ZoneInfo(patient.zone)),
        often=_often(flag),
        note=_note(flag),
    )


def newest(measure: str, evidence: Mapping[str, Any]) -> str:
    """What was compared last: a figure of several readings (a median, a gain, a gap), else the newest reading's."""
    if evidence["figure"] is not None:
        return str(evidence["figure"])
    values: Mapping[str, Sequence[str]] = evidence["newest"]["values"]
    if all(name in values for name in PAIRED):
        return _pressure([values[name] for name in PAIRED])
    text, unit = values[measure]
    return text if text in BEYOND else f"{text} {_unit(unit)}"


def _pressure(pair: Sequence[Sequence[str]]) -> str:
    """In mmHg, which its limits are published in; a cuff that sent kPa is marked ≈, and its own figures are kept."""
    if all(unit in MERCURY for _, unit in pair):
        return f"{'/'.join(text for text, _ in pair)} mmHg"
    figures = (MMHG[unit].apply(Decimal(text)).to_integral_value() for text, unit in pair)
    return f"≈{'/'.join(map(str, figures))} mmHg"


def limit_beside(limit: str, figure: str) -> str:
    """Of a limit published in two units, `54 mg/dL (3.0 mmol/L)`, the one that `figure` is in; all of it otherwise."""
    pair = PUBLISHED_PAIR.fullmatch(limit)
    unit = figure.rpartition(" ")[2]
    return next((each for each in pair.groups() if each.endswith(f" {unit}")), limit) if pair else limit


def _unit(unit: str) -> str:
    return UNITS.get(unit, unit)


def _brief(words: str) -> str:
    """The rule's name in words; its limit has a column of its own."""
    return words.partition(":")[0].partition(" for longer than")[0]


def _local(flag: Flag, zone: ZoneInfo) -> str:
    """With the year where that is not plain: a clock that starts again at 2000-01-01 must not read as this January."""
    long_ago = flag.raised_at - flag.since > MONTHS
    return f"{flag.since.astimezone(zone):{'%d %b %Y %H:%M' if long_ago else '%a %d %b %H:%M'}}"


def _often(flag: Flag) -> str:
    return "once" if flag.episodes == 1 else f"{flag.episodes} times"


def _note(flag: Flag) -> str:
    states = {"to be confirmed": flag.awaiting_confirmation, "not confirmed": flag.not_confirmed, "ended": flag.ended}
    state = next((words for words, holds in states.items() if holds), None) or silence_of(flag) or "lasting"
    return f"{state}, doubtful" if any(flag.evidence.get(name, {}).get("doubts") for name in SHOWN) else state


def silence_of(flag: Flag) -> str | None:
    """Why nothing comes, such as `battery low`; None for what is no silence."""
    said: Mapping[str, Any] = flag.evidence.get("silence") or {}
    return said.get("cause")
