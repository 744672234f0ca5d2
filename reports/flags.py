"""What became of what rules found: a patient's flags as they stood at the cursor."""

from datetime import datetime
from typing import Any

from flags.explain.as_of import list_as_of
from flags.matching import SYSTEM
from models.tables import Flag
from reports.report import Ask

Line = dict[str, Any]


def flags_of(ask: Ask, rules: frozenset[str]) -> list[Line]:
    """Flags of these rules that reach into the period, oldest first, each with what people did about it by then."""
    return [line_of(flag) for flag in standing(ask) if flag.rule in rules]


def standing(ask: Ask) -> list[Flag]:
    """The patient's flags that reach into the period, as they stood at the cursor, oldest first."""
    stood = [each.flag for each in list_as_of(ask.session, ask.cursor, patient=ask.subject.id)]
    period = ask.period
    mine = [flag for flag in stood if flag.since <= period.until and flag.until > period.since]
    return sorted(mine, key=lambda flag: (flag.since, flag.id))


def acts_of(flag: Flag) -> list[Line]:
    """What people did about it, oldest first: `act` is the status that it got."""
    return [
        {"at": datetime.fromisoformat(step["at"]), "flag": flag.id, "rule": flag.rule, "act": step["to"],
         "by": step["actor"], "note": step["note"]}
        for step in flag.history
        if step["actor"] != SYSTEM
    ]  # fmt: skip


def line_of(flag: Flag) -> Line:
    acts = [step for step in flag.history if step["actor"] != SYSTEM]
    first = acts[0] if acts else None
    acted_at = datetime.fromisoformat(first["at"]) if first else None
    return {
        "flag": flag.id, "rule": flag.rule, "severity": flag.severity, "status": flag.status, "since": flag.since,
        "until": flag.until, "raised_at": flag.raised_at, "not_confirmed": flag.not_confirmed,
        "first_acted_at": acted_at, "first_acted_by": first["actor"] if first else None,
        "minutes_to_act": (acted_at - flag.raised_at).total_seconds() / 60 if acted_at else None,
        "note": next((step["note"] for step in reversed(acts) if step["note"]), None),
    }  # fmt: skip


def covering(lines: list[Line], at: datetime) -> Line | None:
    """The flag within whose span the instant lies."""
    return next((line for line in lines if line["since"] <= at <= line["until"]), None)


def outcome_words(line: Line | None) -> str:
    """Such as: acknowledged, not confirmed by a repeat, first acted on after 12 min. Never "fine" for "nobody"."""
    if line is None:
        return "no flag"
    said = [line["status"].replace("_", " ")]
    said += ["not confirmed by a repeat"] if line["not_confirmed"] else []
    minutes = line["minutes_to_act"]
    said.append("nobody acted on it" if minutes is None else f"first acted on after {minutes:.0f} min")
    return ", ".join(said)
