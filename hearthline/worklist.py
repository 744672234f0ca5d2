"""Flags as people read them: the rule in words, what was sent against the limit, times in the patient's zone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hearthline.errors import USAGE, Failure
from hearthline.flag_words import show
from hearthline.names import line_of
from models.tables import Flag, Patient
from models.tables.judgement import STATUSES
from thresholds import RULES
from thresholds.types import SEVERITIES, Rule

SHOWN: Final = ("first", "worst", "newest")
MARKS: Final = ("late", "ended", "awaiting_confirmation", "not_confirmed")
NOTICE: Final = "shows rule matches for review by a licensed professional; not monitoring, not for emergencies"


def check_filters(severity: str | None, rule: str | None, statuses: Sequence[str] | None) -> None:
    """Raises Failure (usage) for a word that no flag can have, which would look like an empty worklist."""
    named = [("severity", severity, SEVERITIES), ("rule", rule, tuple(RULES))]
    for what, word, known in [*named, *(("status", status, STATUSES) for status in statuses or ())]:
        check_word(what, word, known)


def check_word(what: str, word: str | None, known: Collection[str]) -> None:
    """Raises Failure (usage) when `word` is none of those there are."""
    if word is not None and word not in known:
        raise Failure(f"there is no {what} {word}", f"one of: {', '.join(known)}", USAGE)


def flag_row(flag: Flag, patient: Patient) -> dict[str, Any]:
    """What the worklist shows of a flag."""
    return {"id": flag.id, "status": flag.status} | asdict(show(flag, patient))


def flag_page(flag: Flag, patient: Patient) -> dict[str, Any]:
    """Everything about a flag for a program: the record, the rule and the patient's name and zone."""
    return line_of(flag) | {"name": patient.name, "zone": patient.zone} | _of_rule(RULES.get(flag.rule))


def flag_sheet(flag: Flag, patient: Patient) -> dict[str, Any]:
    """The same for a person: readings in the patient's local time, the history a line each."""
    zone, rule = ZoneInfo(patient.zone), _of_rule(RULES.get(flag.rule))
    return {
        "flag": flag.id, "patient": f"{patient.name} ({patient.id})", "rule": flag.rule, **rule,
        "severity": flag.severity, "status": flag.status, "marks": marks_of(flag),
        "since": flag.since.astimezone(zone), "until": flag.until.astimezone(zone),
        "episodes": flag.episodes, "breaches": flag.breaches,
        **{name: _at_home(flag.evidence.get(name), zone) for name in SHOWN},
        "figure": flag.evidence.get("figure"),
        "history": [_step_text(step, zone) for step in flag.history],
        "note": NOTICE,
    }  # fmt: skip


def marks_of(flag: Flag) -> list[str]:
    return [mark.replace("_", " ") for mark in MARKS if getattr(flag, mark)]


def sample_text(sample: Mapping[str, Any] | None) -> str | None:
    """Values as sent, such as `systolic 182 mmHg, diastolic 124 mmHg`."""
    if not sample:
        return None
    return ", ".join(f"{name.replace('_', ' ')} {text} {unit}" for name, (text, unit) in sample["values"].items())


def _of_rule(rule: Rule | None) -> dict[str, Any]:
    names: Iterable[str] = ("words", "limit", "source", "standing")
    return {name: getattr(rule, name, None) for name in names}


def _at_home(sample: Mapping[str, Any] | None, zone: ZoneInfo) -> str | None:
    if not sample:
        return None
    at = datetime.fromisoformat(sample["measured_at"]).astimezone(zone)
    doubt = " (clock in doubt)" if sample.get("doubtful") else ""
    return f"{at:%Y-%m-%d %H:%M %z}{doubt}  {sample_text(sample)}"


def _step_text(step: Mapping[str, Any], zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(step["at"]).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M %z}  {step['to']} by {step['actor']}: {step['note']}"
