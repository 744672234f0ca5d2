"""Answers of `flags explain`, as a line for a program or a sheet for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from flags.explain.explanation import is_under_way
from flags.explain.load import Asked, explain_at, explain_flag, list_covered
from flags.states import EpisodeState
from flags.worklist import get_flag, list_flags
from hearthline.endings import find_id
from hearthline.errors import NO, Failure
from hearthline.explain.cover import coverage_of, coverage_text
from hearthline.explain.page import explanation_line, explanation_sheet
from hearthline.worklist import NOTICE, check_word, flag_line, flag_sheet, marks_of
from models.tables import Flag, Patient
from registry.patients import get_patient
from thresholds import RULES
from thresholds.types import Rule


def explained_flag(session: Session, ending: str, now: datetime, *, json: bool) -> dict[str, Any]:
    """Of the newest episode the flag covers; the earlier ones in a line each."""
    flag = get_flag(session, find_id(session, Flag, ending))
    patient, rule = get_patient(session, flag.patient_id), _rule(flag.rule)
    asked = explain_flag(session, flag, patient, rule, now)
    episodes = list_covered(session, flag, patient, rule)
    if json:
        covered = [_episode_line(each) for each in episodes]
        return explanation_line(asked) | {"flag": flag_line(flag, patient), "episodes": covered}
    zone = ZoneInfo(patient.zone)
    return _flag_part(flag) | explanation_sheet(asked) | _earlier(episodes, zone) | _end(flag, patient)


def _flag_part(flag: Flag) -> dict[str, Any]:
    marks = ", ".join(marks_of(flag))
    return {"flag": f"{flag.id}  {flag.severity} {flag.status}{marks and f' ({marks})'}"}


def _earlier(episodes: Sequence[EpisodeState], zone: ZoneInfo) -> dict[str, Any]:
    earlier = episodes[:-1]
    if not earlier:
        return {}
    first, last = (each.started_at.astimezone(zone) for each in (earlier[0], earlier[-1]))
    return {"earlier episodes": f"{len(earlier)}, begun from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"}


def _end(flag: Flag, patient: Patient) -> dict[str, Any]:
    return {"history": flag_sheet(flag, patient)["history"], "note": NOTICE}


def _episode_line(episode: EpisodeState) -> dict[str, Any]:
    names = ("severity", "state", "started_at", "last_at", "ended_at", "breaches")
    return {name: getattr(episode, name) for name in names}


def explained_absence(
    session: Session, patient_id: str, rule_id: str, at: datetime, now: datetime, *, json: bool
) -> dict[str, Any]:
    """Why there was no flag of the rule at `at`, and for how long there could have been; if there is one, which."""
    check_word("rule", rule_id, RULES)
    patient, rule = get_patient(session, patient_id), _rule(rule_id)
    asked = explain_at(session, patient, rule, at)
    flags = [each for each in list_flags(session, patient=patient.id, rule=rule_id) if _is_of(each, asked, at)]
    if json:
        watched = coverage_of(session, patient.id, rule, at, now)
        return explanation_line(asked) | {"flags": [each.id for each in flags], "coverage": watched}
    told = {"flags then": list(_flag_texts(flags, ZoneInfo(patient.zone))) or "none", "note": NOTICE}
    return explanation_sheet(asked) | {"coverage": coverage_text(session, patient.id, rule, at, now)} | told


def _is_of(flag: Flag, asked: Asked, at: datetime) -> bool:
    """Whether it covers the instant, or the episode that is under way then."""
    episode = asked.explanation.episode
    instant = episode.started_at if episode and is_under_way(episode) else at
    return flag.since <= instant <= flag.until


def _flag_texts(flags: Sequence[Flag], zone: ZoneInfo) -> Iterator[str]:
    for each in flags:
        raised = f"raised {each.raised_at.astimezone(zone):%a %Y-%m-%d %H:%M}"
        yield f"{each.id}  {each.severity} {each.status}, {raised}"


def _rule(rule_id: str) -> Rule:
    rule = RULES.get(rule_id)
    if rule is None:
        raise Failure(f"this version has no rule {rule_id}", "see: hearthline rules list", NO)
    return rule
