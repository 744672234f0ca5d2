"""The hours in which a rule could have fired, and why not in the others: pure.

A rule could fire where it is for the patient, has the facts that it needs, has a reading not older than its stream may
be silent, and enough of them, and where the service runs. A pause (hospital, travel) explains why there is no reading,
and keeps rules on silence quiet; readings that come in spite of it are judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from flags.coverage.looks import Looks, Split, looks_of
from flags.coverage.spans import Span, Spans, both, merged, total, without
from thresholds.facts import applies, missing_facts
from thresholds.silence import PAUSED, first_limits
from thresholds.types import Case, Rule, Sample

REASONS: Final = ("paused", "no_fact", "no_data", "not_enough_data", "not_running")
UNJUDGED: Final = timedelta(days=1)  # of a stream whose silence nobody judges


Where = tuple[Spans, Spans]
"""Where there was a reading to judge by, and where there was enough."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is the same for the rules of one stream. `split`: the samples by instants. `where`: from when each reading
    was received and from when it was measured, for the rules that look at every sample, as most do: by the ids of
    those at which there was too little to judge by."""

    split: Split = field(default_factory=dict)
    where: dict[frozenset[UUID], tuple[Where, Where]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Covered:
    """Of the time `asked`, `applied` is how long the rule was for the patient. It could have fired for `could`, and for
    what is `lost` not, by the first of the REASONS that holds. `judged`: for how long by what came in since."""

    rule: str
    asked: timedelta
    applied: timedelta
    could: timedelta
    judged: timedelta
    lost: Mapping[str, timedelta]

    @property
    def share(self) -> float:
        """Of the time in which it was for the patient; 0 where it never was."""
        return self.could / self.applied if self.applied else 0.0


def covered(
    rule: Rule, samples: Sequence[Sample], case: Case, span: Span, *, running: Spans,
    received_at: Mapping[UUID, datetime], known: Known | None = None, judged: bool = True,
) -> Covered:  # fmt: skip
    """`samples`: those of the rule's stream in the span and `lookback` before it, with the newest older one. `known`
    keeps, for the next rule with the same of all this, what is the same for it. Who does not ask for `judged` gets
    `could` for it."""
    known = known or Known()
    looks = looks_of(rule, samples, replace(case, now=span[1]), known.split)
    same = looks.samples is samples and not rule.closes_itself
    found = known.where.get(looks.lacking) if same else None
    if not found:
        then = _data(rule, looks, case, span, received_at)
        found = then, _data(rule, looks, case, span, {}) if judged else then
    if same:
        known.where[looks.lacking] = found
    (data, enough), (data_since, enough_since) = found
    applied = _where(rule, case, span, lambda at: applies(rule, case, at))
    informed = _where(rule, case, span, lambda at: not missing_facts(rule, case, at))
    paused = _where(rule, case, span, lambda at: stated_anyhow(case, PAUSED, at))
    awake = without([span], paused if rule.closes_itself else without(paused, data))
    left, lost = applied, dict[str, timedelta]()
    for reason, spans in zip(REASONS, (awake, informed, data, enough, merged(running)), strict=True):
        lost[reason] = total(without(left, spans))
        left = both(left, spans)
    since = both(both(applied, awake), both(informed, both(data_since, enough_since))) if judged else left
    return Covered(rule.id, span[1] - span[0], total(applied), total(left), total(since), lost)


def stated_anyhow(case: Case, name: str, at: datetime) -> bool:
    """Whatever its value."""
    return any(fact.name == name and fact.holds(at) for fact in case.facts)


def _where(rule: Rule, case: Case, span: Span, allowed: Callable[[datetime], bool]) -> list[Span]:
    """Facts change at their ends, and where what `lingers` is over."""
    ends = {fact.until_at + later for fact in case.facts if fact.until_at for later in (timedelta(0), rule.lingers)}
    changes = ends | {fact.from_at for fact in case.facts}
    edges = [span[0], *sorted(each for each in changes if span[0] < each < span[1]), span[1]]
    return merged(part for part in pairwise(edges) if allowed(part[0]))


def _data(rule: Rule, looks: Looks, case: Case, span: Span, received_at: Mapping[UUID, datetime]) -> Where:
    """Each from when it was received, so far as that is given. What a rule on silence waits for is the absence of
    readings: one is enough for ever, or a programme that awaits the first."""
    begins = [each.at for each in looks.samples]
    if received_at:
        begins = [max(at, received_at.get(each.id, at)) for at, each in zip(begins, looks.samples, strict=True)]
    if rule.closes_itself:
        awaited = [(each.from_at, each.until_at or span[1]) for each in case.awaited if each.stream == rule.stream]
        there = both(merged([*awaited, *((begin, span[1]) for begin in begins)]), [span])
        return there, there
    limit_at = first_limits(rule.stream, case)
    ends = [each.at + (limit_at(each.at) or UNJUDGED) for each in looks.samples]
    later = [*begins[1:], span[1]][: len(begins)]
    followed = [min(end, max(begin, then)) for begin, end, then in zip(begins, ends, later, strict=True)]
    there = merged(zip(begins, ends, strict=True))
    said = zip(looks.samples, begins, followed, strict=True)
    enough = merged((begin, end) for each, begin, end in said if not looks.lacking or each.id not in looks.lacking)
    return both(there, [span]), both(enough, [span])
