"""Why there is an episode at an instant, or why there is none: pure, by the rule's own fold, watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from flags.explain.closing import closing
from flags.explain.figures import ALONE, Figure, figure_at
from flags.explain.reasons import Reasons, why_not
from flags.states import EpisodeState
from thresholds.facts import applies, missing_facts
from thresholds.limits import InForce, limits_at
from thresholds.silence import PAUSED, awaited_since, first_limit, length
from thresholds.types import Case, Fact, Found, Rule, Sample
from thresholds.witness import Witness, watched_by

DAY: Final = timedelta(days=1)
UNDER_WAY: Final = frozenset({"lasting", "awaiting"})
USED: Final[Mapping[str, frozenset[str]]] = {
    "GLU-L1": frozenset({"medication"}),
    "GLU-VHI": frozenset({"condition", "medication"}),
    "GLU-PREG": frozenset({"medication"}),
    "WT-HF-LOSS": frozenset({"medication"}),
    "BP-LOW-CRIT": frozenset({"symptom"}),
    "NODATA-GLU": frozenset({"glucose_gap_hours"}),
}


class Verdict(Enum):
    """What the rule says at the instant."""

    BREACHED = "breached"
    NOT_BREACHED = "not breached"
    NOT_ENOUGH = "not enough data"
    CANNOT_JUDGE = "cannot judge"
    OFF = "rule off"
    NOT_FOR_PATIENT = "rule not for this patient"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Line:
    """One reading: whether it counted towards the episode or the figure, and in which way or why not. `figure` is what
    the rule compared when it came to it."""

    sample: Sample
    counted: bool
    why: str
    figure: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`because` completes the verdict. `episode` is the one under way at `at`, or the last one over before. `figure`
    and `newest` are of the newest reading that the rule looked at. `limits`: of each parameter all that apply, the one
    in force first. `readings`: oldest first. `closes`: what would end the episode and close its flag."""

    rule: Rule
    at: datetime
    verdict: Verdict
    because: str
    episode: Found | None
    newest: Sample | None
    figure: str
    limits: tuple[tuple[InForce, ...], ...]
    facts: tuple[Fact, ...]
    readings: tuple[Line, ...]
    outside: int
    closes: str


def explain(
    rule: Rule, samples: Sequence[Sample], start: datetime, case: Case, ended: EpisodeState | None = None
) -> Explanation:
    """Of the readings up to `case.now`, folded from `start` as evaluation would (`Rule` says what samples that needs).
    With `ended` of that episode and of the readings up to its end, though `case.now` decides what waiting decides."""
    at = ended.ended_at if ended and ended.ended_at else case.now
    figures: dict[object, Figure] = {}
    witness = Witness(lambda sample, window: figures.__setitem__(sample.id, figure_at(rule, sample, window, case)))
    mine = [sample for sample in samples if sample.at <= at]
    with watched_by(witness):
        found = rule.fold(mine, start, replace(case, open_gap=ended is None))
    episode = _episode(found, ended)
    seen = [sample for sample in mine if sample.id in witness.looked_at]
    newest = episode.newest if ended and episode else next(reversed(seen), None)
    figure = figures.get(newest.id, ALONE) if newest else ALONE
    verdict, because = _over(episode) if ended and episode else _verdict(rule, case, episode, newest, figure)
    reasons = Reasons(rule, case, witness, episode, newest, figure)
    begin = _begin(rule, at, newest, episode)
    shown = [sample for sample in mine if sample.at >= begin]
    return Explanation(
        rule, at, verdict, because, episode, newest, figure.text or _gap(rule, case, newest),
        tuple(tuple(limits_at(rule, each.name, case, at)) for each in rule.parameters),
        _facts(rule, case), tuple(_line(sample, reasons, figures) for sample in shown), len(mine) - len(shown),
        closing(rule, episode),
    )  # fmt: skip


def _episode(found: Sequence[Found], ended: EpisodeState | None) -> Found | None:
    wanted = [each for each in found if ended is None or each.started_at == ended.started_at]
    return wanted[-1] if wanted else None


def _begin(rule: Rule, at: datetime, newest: Sample | None, episode: Found | None) -> datetime:
    """From where readings bear upon the answer: as far as the rule looks back, and all of an episode."""
    recent = [at - (rule.lookback + rule.entry or DAY), *([newest.at] if newest else [])]
    if episode is None or not (is_under_way(episode) or episode.ended_at == at):
        return min(recent)
    return min([*recent, episode.first.at - (rule.lookback + rule.entry)])


def is_under_way(episode: Found | None) -> bool:
    return episode is not None and episode.state in UNDER_WAY


def _line(sample: Sample, reasons: Reasons, figures: Mapping[object, Figure]) -> Line:
    counted, why = why_not(sample, reasons)
    return Line(sample, counted, why, figures.get(sample.id, ALONE).text)


def _over(episode: Found) -> tuple[Verdict, str]:
    return Verdict.BREACHED, episode.state.replace("_", " ")


def _verdict(
    rule: Rule, case: Case, episode: Found | None, newest: Sample | None, figure: Figure
) -> tuple[Verdict, str]:
    if not rule.on:
        would, because = _verdict(replace(rule, on=True), case, episode, newest, figure)
        return Verdict.OFF, f"switched on it would say: {would.value}{because and f' ({because})'}"
    if episode and is_under_way(episode):
        return Verdict.BREACHED, "awaiting confirmation" if episode.state == "awaiting" else ""
    if not applies(rule, case, case.now):
        return Verdict.NOT_FOR_PATIENT, _for_whom(rule, case)
    if missing := missing_facts(rule, case, case.now):
        return Verdict.CANNOT_JUDGE, f"no {', no '.join(each.replace('_', ' ') for each in missing)}"
    silent, paused = is_silent(rule, case, newest), _paused(case)
    if paused and (silent or rule.closes_itself):
        return Verdict.PAUSED, paused
    if silent or not figure.enough:
        return Verdict.NOT_ENOUGH, silent or figure.text
    return Verdict.NOT_BREACHED, ""


def _paused(case: Case) -> str:
    return ", ".join(fact.value for fact in case.facts if fact.name == PAUSED and fact.holds(case.now))


def _for_whom(rule: Rule, case: Case) -> str:
    against = [value for name, value in rule.unless if case.has(name, value, case.now)]
    words = f"not with {', '.join(against)}" if against else f"only with {rule.needs[1] if rule.needs else ''}"
    return words.replace("_", " ")


def is_silent(rule: Rule, case: Case, newest: Sample | None) -> str:
    """Where there is nothing to judge by any more: no reading, or none for longer than the stream may be silent. Empty
    otherwise; a rule on silence judges just that."""
    if newest is None:
        return "" if _awaited(rule, case) else "no reading that it could judge"
    reach = first_limit(rule.stream, case, newest.at)
    if rule.closes_itself or reach is None or case.now - newest.at <= reach:
        return ""
    return f"no reading for {length(case.now - newest.at)}"


def _gap(rule: Rule, case: Case, newest: Sample | None) -> str:
    since = newest.at if newest else _awaited(rule, case)
    if not rule.closes_itself or since is None:
        return ""
    what = "the newest reading" if newest else "enrolment, and no reading ever"
    return f"{length(max(case.now - since, timedelta(0)))} since {what}"


def _awaited(rule: Rule, case: Case) -> datetime | None:
    """From when a rule on silence waits for the first reading."""
    return awaited_since(rule.stream, case, case.now) if rule.closes_itself else None


def _facts(rule: Rule, case: Case) -> tuple[Fact, ...]:
    """Those in force that bear upon the rule."""
    conditions = {each for each in (rule.needs, *rule.unless) if each}
    named = {*rule.facts, *USED.get(rule.id, frozenset())}
    used = (fact for fact in case.facts if fact.name in named or (fact.name, fact.value) in conditions)
    return tuple(fact for fact in used if fact.holds(case.now))
