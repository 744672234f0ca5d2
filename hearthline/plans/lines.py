"""Limits and programmes as commands show them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hearthline.names import line_of
from models.tables import PatientLimit, ProgrammeEnrolment
from registry.care_plans import broken_rows, read_rows, table_of
from registry.limit_checks import find_number, whole_unit
from registry.programmes import PREFIX, Programme
from thresholds import RULES
from thresholds.limits import PATIENT, PUBLISHED, InForce, limits_at
from thresholds.silence import length
from thresholds.types import Amount, Case, Limit


def wished_limits(
    rule: str,
    numbers: Iterable[tuple[str, str]],
    unit: str | None,
    span: tuple[datetime, datetime | None],
    said: tuple[str, str, str],
) -> list[Limit]:
    """As a person asks for them; `said` is author, role and reason. Raises RegistryError where nobody could guess."""
    units = ((name, number, whole_unit(find_number(rule, name), unit)) for name, number in numbers)
    return [Limit(rule, name, Amount(number, own), *span, PATIENT, *said) for name, number, own in units]


def limit_lines(case: Case, at: datetime, *, everything: bool) -> list[dict[str, Any]]:
    """The limit in force of every rule and parameter at `at`, with the `others` that it came before. Where only the
    published one counts, it is left out unless `everything` is wanted of the rules that are on."""
    found = [
        (rule.id, limits_at(rule, each.name, case, at))
        for rule in RULES.values()
        for each in rule.parameters
    ]  # fmt: skip
    return [
        {"rule": rule} | _line(first) | {"others": [_line(each) for each in others]}
        for rule, (first, *others) in found
        if first.origin != PUBLISHED or (everything and RULES[rule].on)
    ]


def _line(limit: InForce) -> dict[str, Any]:
    return {
        "parameter": limit.parameter.name, "amounts": [each._asdict() for each in limit.amounts],
        "origin": limit.origin, "author": limit.author or None, "role": limit.role or None,
        "reason": limit.reason or None, "from_at": limit.from_at, "until_at": limit.until_at,
    }  # fmt: skip


def limit_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """For people: amounts in one cell, the other limits in another."""
    also = "; ".join(f"{each['origin']} {_amounts(each)}" for each in line["others"])
    return {**line, "limit": _amounts(line), "also": also or None}


def _amounts(line: Mapping[str, Any]) -> str:
    return ", ".join(f"{each['text']} {each['unit']}" for each in line["amounts"])


def own_line(row: PatientLimit) -> dict[str, Any]:
    """A patient's own limit; `limit` is its amount with the unit."""
    return line_of(row, "replaced_by") | {"limit": " ".join(Amount(row.amount, row.unit))}


def history_lines(limits: Sequence[PatientLimit], enrolments: Sequence[ProgrammeEnrolment]) -> list[dict[str, Any]]:
    """Own limits and what programmes the patient was in, each with what took its place; `origin` tells them apart."""
    nothing: dict[str, Any] = dict.fromkeys(("rule", "parameter", "amount", "unit", "limit", "role", "reason"))
    own = [own_line(each) | {"origin": PATIENT} | _replaced(each, limits) for each in limits]
    programmes = [
        nothing | line_of(each, "programme", "replaced_by") | {"origin": PREFIX + each.programme}
        | _replaced(each, enrolments)
        for each in enrolments
    ]  # fmt: skip
    return [*programmes, *own]


def _replaced(
    row: PatientLimit | ProgrammeEnrolment, rows: Iterable[PatientLimit | ProgrammeEnrolment]
) -> dict[str, Any]:
    by = next((each for each in rows if each.id == row.replaced_by), None)
    return {
        "replaced_by": row.replaced_by, "replaced_at": by and by.recorded_at, "replacing_author": by and by.author,
    }  # fmt: skip


def off_rules(rules: Iterable[str]) -> list[str]:
    """Those that are off: a limit of theirs changes nothing until they are on."""
    return sorted({each for each in rules if not RULES[each].on})


def told(line: Mapping[str, Any]) -> dict[str, Any]:
    if not line["replaced_by"]:
        return {**line, "became": "stands"}
    return {**line, "became": f"replaced on {line['replaced_at']:%Y-%m-%d %H:%M}Z by {line['replacing_author']}"}


def programme_line(programme: Programme) -> dict[str, Any]:
    """All of a programme; spans as days and hours."""
    return {
        "id": programme.name, "words": programme.words, "source": programme.source, "condition": programme.condition,
        "baseline": programme.baseline, "lasts": programme.lasts and length(programme.lasts),
        "review": length(programme.review), "cadence": _spans(programme.cadence),
        "first_reading": _spans(programme.first_reading),
        "limits": [
            {
                "rule": each.rule, "parameter": each.parameter, "amount": " ".join(each.amount),
                "begin": length(each.begin), "end": each.end and length(each.end),
            }
            for each in programme.limits
        ],
        "phases": [
            {
                "name": each.name, "words": each.words, "begin": length(each.begin),
                "end": each.end and length(each.end), "cadence": _spans(each.cadence),
            }
            for each in programme.phases
        ],
        "patient_words": dict(programme.patient_words), "switched_on_by": programme.switched_on_by,
    }  # fmt: skip


def programme_sheet(programme: Programme) -> dict[str, Any]:
    """For people: a line a limit, a phase and a text."""
    line = programme_line(programme)
    words = [f"{name}: {text}" for name, text in programme.patient_words.items()]
    on = programme.switched_on_by
    return line | {
        "cadence": [f"{name} within {span}" for name, span in line["cadence"].items()],
        "first_reading": [f"{name} within {span}, else a call" for name, span in line["first_reading"].items()],
        "limits": [f"{each['rule']} {each['parameter']} {each['amount']}{_span(each)}" for each in line["limits"]],
        "phases": [f"{each['name']}{_span(each)}: {each['words']}" for each in line["phases"]],
        "patient_words": words,
        "switched_on_by": on or "nobody: these words are shown to no patient until a named clinician switches them on",
    }


def care_plan_line(programme: Programme) -> dict[str, Any]:
    path = table_of(programme.name)
    rows = list(read_rows(path)) if path.exists() else []
    off = off_rules(rule for row in rows for rule in row.must)
    return {"programme": programme.name, "readings": len(rows), "broken": broken_rows(programme), "off": off}


def care_plan_row(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "broken": "; ".join(line["broken"]) or None, "off": ", ".join(line["off"]) or None}


def _spans(spans: Mapping[str, timedelta]) -> dict[str, str]:
    return {name: length(span) for name, span in spans.items()}


def _span(part: Mapping[str, Any]) -> str:
    begin = "" if part["begin"] == "0 min" else f" from {part['begin']}"
    return begin + (f" until {part['end']}" if part["end"] else "")
