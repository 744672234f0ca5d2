"""Flags as people read them: the rule in words, what was sent against the limit, times in the patient's zone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from flags.families import CAUSES, Line, as_one
from flags.states import ACTIVE
from flags.sweep import BEHIND
from flags.worklist import list_flags
from hearthline.errors import USAGE, Failure
from hearthline.flag_words import show, silence_of
from hearthline.names import line_of
from models.life import is_behind
from models.tables import Flag, Patient
from models.tables.judgement import STATUSES
from registry.patients import get_patient
from thresholds import RULES
from thresholds.doubt import CLOCK, words
from thresholds.types import SEVERITIES, Rule

SHOWN: Final = ("first", "worst", "newest")
INTERNAL: Final = frozenset({"worth"})  # orders samples within one rule; no number of the reading
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


def list_rows(session: Session, flags: Sequence[Flag], limit: int | None, *, every: bool) -> list[dict[str, Any]]:
    """For people: flags of one cause as one with the highest, or `every` one; `limit` lines at most."""
    lines = [Line(flag, ()) for flag in flags] if every else as_one(flags)
    return [
        _with_others(flag_row(line.flag, get_patient(session, line.flag.patient_id)), len(line.others))
        for line in lines[:limit]
    ]


def list_lines(session: Session, flags: Sequence[Flag], limit: int | None) -> list[dict[str, Any]]:
    """For programs: every flag with its `cause`, and the one it is `shown_with`, None where it is shown itself."""
    active = list_flags(session, status=sorted(ACTIVE))
    shown_with = {other.id: line.flag.id for line in as_one(active) for other in line.others}
    return [
        flag_line(flag, get_patient(session, flag.patient_id)) | {"shown_with": shown_with.get(flag.id)}
        for flag in flags[:limit]
    ]


def behind_since(session: Session, now: datetime) -> list[str]:
    """What a person must know who reads the list while readings wait: one condition, not a flag a patient."""
    if not is_behind(session.connection(), "ingest", now - BEHIND):
        return []
    return ["ingest is behind, or has just started: silence is not judged meanwhile; see: hearthline doctor"]


def _with_others(row: dict[str, Any], others: int) -> dict[str, Any]:
    return row | {"rule": f"{row['rule']} +{others} more"} if others else row


def flag_row(flag: Flag, patient: Patient) -> dict[str, Any]:
    """What the worklist shows of a flag."""
    return {"id": flag.id, "status": flag.status} | asdict(show(flag, patient))


def flag_line(flag: Flag, patient: Patient) -> dict[str, Any]:
    """The record of a flag for a program: its samples with the patient's offset from UTC, in minutes, at each."""
    zone, kept = ZoneInfo(patient.zone), {name: each for name, each in flag.evidence.items() if name not in INTERNAL}
    samples = {name: _in_utc(kept[name], zone) for name in SHOWN if kept.get(name)}
    history = [{**step, "at": datetime.fromisoformat(step["at"]).astimezone(UTC)} for step in flag.history]
    return line_of(flag) | {"cause": CAUSES.get(flag.rule), "evidence": kept | samples, "history": history}


def flag_page(flag: Flag, patient: Patient) -> dict[str, Any]:
    """Everything about a flag for a program: the record, the rule and the patient's name and zone."""
    return flag_line(flag, patient) | {"name": patient.name, "zone": patient.zone} | _of_rule(RULES.get(flag.rule))


def flag_sheet(flag: Flag, patient: Patient) -> dict[str, Any]:
    """The same for a person: readings in the patient's local time, the history a line each."""
    zone, rule = ZoneInfo(patient.zone), _of_rule(RULES.get(flag.rule))
    return {
        "flag": flag.id, "patient": f"{patient.name} ({patient.id})", "rule": flag.rule, **rule,
        "severity": flag.severity, "status": flag.status, "marks": marks_of(flag),
        "since": _local(flag.since, zone), "until": _local(flag.until, zone),
        "episodes": flag.episodes, "breaches": flag.breaches,
        **{name: _at_home(flag.evidence.get(name), zone) for name in SHOWN},
        "figure": flag.evidence.get("figure"), "silence": silence_of(flag),
        "left out as doubtful": flag.evidence.get("left_out"),
        "history": [_step_text(step, zone) for step in flag.history],
        "note": NOTICE,
    }  # fmt: skip


def marks_of(flag: Flag) -> list[str]:
    return [mark.replace("_", " ") for mark in MARKS if getattr(flag, mark)]


def sample_text(sample: Mapping[str, Any] | None) -> str | None:
    """Values as sent, such as `systolic 182 mmHg, diastolic 124 mmHg`."""
    if not sample:
        return None
    values = ", ".join(f"{name.replace('_', ' ')} {text} {unit}" for name, (text, unit) in sample["values"].items())
    return values or "enrolled, and no reading yet"


def _of_rule(rule: Rule | None) -> dict[str, Any]:
    names: Iterable[str] = ("words", "limit", "source", "standing")
    return {name: getattr(rule, name, None) for name in names}


def _in_utc(sample: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    at = datetime.fromisoformat(sample["measured_at"])
    minutes = (at.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
    time = {"measured_at": at.astimezone(UTC), "utc_offset": minutes}
    return {"reading": sample["reading"]} | time | {name: sample[name] for name in sample if name not in time}


def _at_home(sample: Mapping[str, Any] | None, zone: ZoneInfo) -> str | None:
    if not sample:
        return None
    because = words(sample.get("doubts", [CLOCK] if sample.get("doubtful") else []))
    doubt = f" (doubtful because {because})" if because else ""
    return f"{_local(datetime.fromisoformat(sample['measured_at']), zone)}{doubt}  {sample_text(sample)}"


def _step_text(step: Mapping[str, Any], zone: ZoneInfo) -> str:
    return f"{_local(datetime.fromisoformat(step['at']), zone)}  {step['to']} by {step['actor']}: {step['note']}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %z}"
