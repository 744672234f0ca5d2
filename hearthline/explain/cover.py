"""Watch coverage for programs, for people, and in a sentence where there is no flag to show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from flags.coverage.covered import REASONS, Covered
from flags.coverage.load import cover, cover_rules
from hearthline.tables import Column
from registry.patients import get_patient
from thresholds import RULES
from thresholds.types import Rule

USUAL: Final = timedelta(days=30)
HOUR: Final = timedelta(hours=1)
TITLES: Final = tuple(each.replace("_", " ") for each in REASONS)
COLUMNS: Final = (
    Column("rule", "rule"),
    Column("could", "could fire"),
    Column("share", "of its time"),
    Column("judged", "judged since"),
    *(Column(reason, title) for reason, title in zip(REASONS, TITLES, strict=True)),
)


def coverage_lines(session: Session, patient_id: str, days: int, now: datetime) -> list[dict[str, Any]]:
    """Every rule, for a program."""
    patient = get_patient(session, patient_id).id
    return [coverage_line(each, patient, now) for each in cover(session, patient, _until(now, days), now)]


def coverage_table(
    session: Session, patient_id: str, days: int, now: datetime
) -> tuple[list[dict[str, Any]], list[str]]:
    """For people: a row a rule, and in a line the streams of which there is no reading that counts for any."""
    found = cover(session, get_patient(session, patient_id).id, _until(now, days), now)
    streams = by_stream(found)
    silent = [name for name, rules in streams.items() if all(_lacks_readings(each) for each in rules)]
    rows = [_row(each) for name, rules in streams.items() if name not in silent for each in rules]
    told = ", ".join(f"{_words(name)} ({len(streams[name])} rules)" for name in silent)
    return rows, [f"no reading in {days} days, so nothing could fire: {told}"] if silent else []


def by_stream(found: Sequence[Covered]) -> dict[str, list[Covered]]:
    streams: dict[str, list[Covered]] = {}
    for each in found:
        streams.setdefault(RULES[each.rule].stream, []).append(each)
    return streams


def _lacks_readings(one: Covered) -> bool:
    return not one.could and not one.judged and one.lost["no_data"] + one.lost["paused"] == one.applied


def _until(now: datetime, days: int) -> tuple[datetime, datetime]:
    return now - timedelta(days=days), now


def _words(stream: str) -> str:
    return stream.replace("_", " ")


def coverage_line(one: Covered, patient: str, now: datetime) -> dict[str, Any]:
    """Hours; `share` is of the time in which the rule was for the patient."""
    lost = {f"{reason}_hours": _hours(one.lost[reason]) for reason in REASONS}
    return {
        "patient": patient, "rule": one.rule, "from": now - one.asked, "until": now, "hours": _hours(one.could),
        "share": round(one.share, 4), "judged_hours": _hours(one.judged), "applied_hours": _hours(one.applied), **lost,
    }  # fmt: skip


def _row(one: Covered) -> dict[str, Any]:
    lost = {reason: _in_hours(one.lost[reason]) for reason in REASONS}
    return {
        "rule": one.rule,
        "could": _in_hours(one.could),
        "share": _percent(one),
        "judged": _in_hours(one.judged),
        **lost,
    }


def _before(session: Session, patient_id: str, rule: Rule, at: datetime, now: datetime) -> Covered:
    return next(cover_rules(session, patient_id, [rule], (at - USUAL, at), now))


def coverage_of(session: Session, patient_id: str, rule: Rule, at: datetime, now: datetime) -> dict[str, Any]:
    """As `coverage_text`, for a program."""
    return coverage_line(_before(session, patient_id, rule, at, now), patient_id, at)


def coverage_text(session: Session, patient_id: str, rule: Rule, at: datetime, now: datetime) -> str:
    """Of the 30 days before `at`, for one rule, off or on."""
    one = _before(session, patient_id, rule, at, now)
    if not one.applied:
        return "the rule was not for the patient in the 30 days before"
    lost = (
        f"{title} {_in_hours(one.lost[reason])}"
        for reason, title in zip(REASONS, TITLES, strict=True)
        if one.lost[reason]
    )
    why = ", ".join(lost)
    could = f"could fire in {_in_hours(one.could)} of the 30 days before ({_percent(one)})"
    return f"{could}; by what came in since {_in_hours(one.judged)}{why and f'; {why}'}"


def coverage_remark(session: Session, patient_id: str, now: datetime) -> list[str]:
    """What "no flags" is worth for this patient, in one line."""
    found = cover(session, patient_id, (now - USUAL, now), now)
    return [f"in the last 30 days {_told(found)}; see: hearthline flags coverage --patient {patient_id}"]


def _told(found: Sequence[Covered]) -> str:
    """By stream, from the rule that could fire for the shortest to that for the longest."""
    streams = {name: [100 * each.share for each in rules] for name, rules in by_stream(found).items()}
    able = {name: shares for name, shares in streams.items() if max(shares)}
    if not able:
        return "no rule could fire at any time"
    could = ", ".join(f"{_words(name)} {_range(shares)}" for name, shares in able.items())
    never = ", ".join(_words(name) for name in streams if name not in able)
    return f"rules could fire in this share of the time: {could}" + (f"; never: {never}" if never else "")


def _range(shares: Sequence[float]) -> str:
    least, most = f"{min(shares):.0f}", f"{max(shares):.0f}"
    return f"{most} %" if least == most else f"{least}–{most} %"


def _hours(span: timedelta) -> float:
    return round(span / HOUR, 2)


def _in_hours(span: timedelta) -> str:
    return f"{span / HOUR:.1f} h" if span else "0 h"


def _percent(one: Covered) -> str:
    return f"{100 * one.share:.0f} %"
