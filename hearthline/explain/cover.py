"""Watch coverage for programs, for people, and in a sentence where there is no flag to show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from flags.coverage.covered import REASONS, Covered
from flags.coverage.load import cover, cover_rules
from hearthline.tables import Column
from registry.patients import get_patient
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


def coverage_rows(session: Session, patient_id: str, days: int, now: datetime, *, json: bool) -> list[dict[str, Any]]:
    patient = get_patient(session, patient_id)
    found = cover(session, patient.id, (now - timedelta(days=days), now), now)
    return [coverage_line(each, patient.id, now) if json else _row(each) for each in found]


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
    """What "no flags" is worth for this patient: in one line, the rules by how much of the time they could fire."""
    found = cover(session, patient_id, (now - USUAL, now), now)
    return [f"in the last 30 days {_told(found)}; see: hearthline flags coverage --patient {patient_id}"]


def _told(found: Sequence[Covered]) -> str:
    able = sorted((each for each in found if each.could), key=lambda each: -each.share)
    never = len(found) - len(able)
    could = ", ".join(f"{each.rule} {_percent(each)}" for each in able)
    shares = f"rules could fire in this share of the time: {could}" if able else "no rule could fire at any time"
    return shares + (f"; {never} never" if able and never else "")


def _hours(span: timedelta) -> float:
    return round(span / HOUR, 2)


def _in_hours(span: timedelta) -> str:
    return f"{span / HOUR:.1f} h" if span else "0 h"


def _percent(one: Covered) -> str:
    return f"{100 * one.share:.0f} %"
