"""Whether a reading counted, and why not; from what the fold told its witness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flags.explain.figures import Figure
from models.measures import NOT_A_PATIENT
from thresholds.doubt import is_left_out, words
from thresholds.facts import applies
from thresholds.silence import length
from thresholds.types import Case, Found, Rule, Sample
from thresholds.witness import Witness

BREACH: Final = "breach"
IN_FIGURE: Final = "in the figure"
NO_BREACH: Final = "no breach"
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "HR-TREND": ("pulse",),
    "HR-IRREG": ("irregular",),
    "SLP-EFF": ("total_sleep", "time_in_bed"),
}
NEEDED_CONTEXT: Final[Mapping[str, str]] = {"GLU-HI": "meal", "GLU-PREG": "meal"}


@dataclass(frozen=True, slots=True)
class Reasons:
    """`figure` is that of `newest`, the newest reading to be explained; `episode` the one it belongs to, if any."""

    rule: Rule
    case: Case
    witness: Witness
    episode: Found | None
    newest: Sample | None
    figure: Figure


def components_of(rule: Rule) -> tuple[str, ...]:
    """What of a reading the rule compares: named by its parameters, else here."""
    named = (each.component.name for each in rule.parameters if each.component is not None)
    return NEEDED.get(rule.id) or tuple(dict.fromkeys(named))


def why_not(sample: Sample, reasons: Reasons) -> tuple[bool, str]:
    """(counted, in which way or why not)."""
    if sample.id not in reasons.witness.looked_at:
        return False, _left_out(sample, reasons.rule, reasons.case)
    if reasons.rule.closes_itself:
        return _of_silence(sample, reasons)
    if sample.id in reasons.witness.joined:
        mine = reasons.episode and reasons.episode.started_at <= sample.at <= reasons.episode.last_at
        return (True, BREACH) if mine else (False, "counted for an earlier episode")
    if sample.at in reasons.witness.said:
        return False, reasons.witness.said[sample.at]
    return _of_figure(sample, reasons)


def _left_out(sample: Sample, rule: Rule, case: Case) -> str:
    """Why the rule never looked at it."""
    lacking = [each.replace("_", " ") for each in components_of(rule) if each not in sample.values]
    context = NEEDED_CONTEXT.get(rule.id)
    kind = sample.context.get("kind")
    if kind in NOT_A_PATIENT:
        return f"not the patient's own ({str(kind).replace('_', ' ')})"
    if lacking:
        return f"lacks {' and '.join(lacking)}"
    if context and context not in sample.context:
        return f"lacks its {context}"
    if sample.doubtful:
        return "doubtful clock"
    if is_left_out(sample):
        return f"doubtful: {words(sample.doubts)}"
    return "says nothing to this rule" if applies(rule, case, sample.at) else "the rule was not for the patient then"


def _of_silence(sample: Sample, reasons: Reasons) -> tuple[bool, str]:
    episode = reasons.episode
    if episode and sample.id == episode.first.id:
        return True, "the last before the gap"
    return (False, "ended the gap") if episode and sample.at == episode.ended_at else (False, "a reading, so no gap")


def _of_figure(sample: Sample, reasons: Reasons) -> tuple[bool, str]:
    """What breaches nothing may still be part of what was compared, or have ended what was."""
    if reasons.episode and sample.at == reasons.episode.ended_at:
        return False, "ended the episode"
    if sample.id in reasons.witness.breached:
        return False, _unconfirmed(sample.at, reasons)
    figure, day = reasons.figure, sample.at.astimezone(ZoneInfo(reasons.case.zone)).date()
    if sample.at in figure.of or day in figure.days:
        return True, IN_FIGURE
    return False, _outside(sample.at, day, reasons)


def _outside(at: datetime, day: date, reasons: Reasons) -> str:
    figure, rule, newest = reasons.figure, reasons.rule, reasons.newest
    if day in figure.skipped:
        return "first day, left out"
    if reasons.episode and at < reasons.episode.started_at:
        return "before the episode"
    span = rule.lookback + rule.entry  # none where each reading is judged alone
    early = newest is not None and span > timedelta(0) and newest.at - at > span
    return "outside the window" if early or day < min(figure.days, default=day) else NO_BREACH


def _unconfirmed(at: datetime, reasons: Reasons) -> str:
    """A breach by itself that began no episode."""
    rule = reasons.rule
    if rule.stream == "cgm":
        return "a breach, not for long enough"
    waits = reasons.case.now - at < rule.entry
    return "a breach, awaits its repeat" if waits else f"a breach, not repeated within {length(rule.entry)}"
