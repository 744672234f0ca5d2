"""From samples to changes, for one patient and stream: pure.

A rule's fold restarts where none of its episodes was under way: at `since`, or at the start of the stored episode
that covers it (ADR 0010). What was stored from there on is compared with what is found from there on.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from flags.due import Due
from flags.record import Change, Key
from flags.states import EpisodeState, episode_of, so_far_of
from models.measures import measure_of
from models.queue import LookAgain
from thresholds import RULES, rules_for
from thresholds.doubt import RECALL
from thresholds.silence import awaited_since, counts_from, first_limit
from thresholds.types import Case, Found, Rule, Sample, SoFar

FIRST_DAY = datetime.min.replace(tzinfo=UTC)
LONGEST = max([each.lookback + each.entry for each in RULES.values()]) + max(RECALL.values())
LONG_AGO = FIRST_DAY + LONGEST  # no span leads out of the calendar
MOMENT = timedelta(microseconds=1)  # nothing is measured between two
DELIVERED_LATELY = timedelta(minutes=1)
Stored = Mapping[Key, Sequence[EpisodeState]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is different for one rule. `current` are its episodes as they now stand, as far as they were loaded."""

    change: Change
    current: list[EpisodeState]
    look_again: list[LookAgain]


def before(instant: datetime, span: timedelta) -> datetime:
    """`span` before `instant`, at the calendar's first day at the earliest: a lost clock may show the year 1."""
    return instant - (span if instant > LONG_AGO else min(span, instant - FIRST_DAY))


def restart(rule: Rule, stored: Sequence[EpisodeState], since: datetime) -> datetime:
    """The latest instant, not after `since`, from which the fold gives what the whole history would."""
    begin = before(since, rule.entry)
    if not stored:
        return begin
    under_way = (each.started_at for each in stored if each.ended_at is None or each.ended_at >= begin)
    return min([begin, *under_way])


def under_way(stored: Sequence[EpisodeState], since: datetime) -> SoFar | None:
    """How the episode that lasts stood at an instant before `since`, to go on from there; None where there is none, or
    where what changed may lie before that."""
    lasting = next((each for each in stored if each.ended_at is None), None)
    so_far = so_far_of(lasting) if lasting else None
    return so_far if so_far and so_far.at < since else None


def window(due: Due, stored: Stored, case: Case, samples: Sequence[Sample] = ()) -> datetime:
    """From where the stream's samples are needed, for all of its rules: given none yet, without looking back for the
    rules that do so only for a sample of interest."""
    known = ((rule, stored.get((due.patient_id, rule.id), ())) for rule in rules_for(due.stream, slow=due.slow))
    begins = (_begin(rule, mine, due.since, case, samples) for rule, mine in known)
    return before(min(begins, default=due.since), RECALL.get(due.stream, timedelta(0)))


def _begin(
    rule: Rule, stored: Sequence[EpisodeState], since: datetime, case: Case, samples: Sequence[Sample]
) -> datetime:
    """While an episode lasts, what is no breach needs the history too."""
    so_far = under_way(stored, since)
    if so_far is not None:
        return before(so_far.at, rule.lookback)
    return before(restart(rule, stored, since), _lookback(rule, case, samples))


def _lookback(rule: Rule, case: Case, samples: Sequence[Sample]) -> timedelta:
    return rule.lookback if rule.interest is None or any(map(rule.interest(case), samples)) else timedelta(0)


def judge(rule: Rule, due: Due, samples: Sequence[Sample], case: Case, known: Sequence[EpisodeState]) -> Judged:
    """Fold the rule over the samples. `case.open_gap` holds for a sweep; a silence once judged open stays judged."""
    lasting = any(each.state == "lasting" for each in known)
    case = replace(case, open_gap=True) if lasting else case
    so_far = under_way(known, due.since)
    start = so_far.at + MOMENT if so_far else restart(rule, known, due.since)
    case = replace(case, under_way=so_far) if so_far else case
    found = rule.fold(within_reach(rule, samples, start), start, case)
    reason = "timer" if rule.closes_itself else "recheck"
    again = [
        LookAgain(due.patient_id, due.stream, each.started_at, each.recheck_at, reason)
        for each in found
        if each.recheck_at
    ]
    timers = _next_silence(rule, due, samples, case) if rule.closes_itself else []
    return Judged(*_compare(due, known, start, found), [*again, *timers])


def within_reach(rule: Rule, samples: Sequence[Sample], start: datetime) -> Sequence[Sample]:
    """Of what was read for all rules of the stream, what this one may look at: its own look-back, after the newest
    sample before that with a good clock."""
    first = bisect_left(samples, before(start, rule.lookback), key=attrgetter("at"))
    older = next((place for place in range(first - 1, -1, -1) if not samples[place].doubtful), first)
    return [*samples[older : older + 1], *samples[first:]] if older < first else samples[first:]


def _compare(
    due: Due, known: Sequence[EpisodeState], start: datetime, found: Sequence[Found]
) -> tuple[Change, list[EpisodeState]]:
    """A silence may come to light that began before `start`; it replaces nothing that is stored."""
    if not found and not known:
        return Change(due.patient_id, measure_of(due.stream), (), ()), []
    wanted = {each.started_at: episode_of(each) for each in found}
    replaced = {each.started_at: each for each in known if each.started_at >= start or each.started_at in wanted}
    gone = [each for at, each in replaced.items() if at not in wanted]
    written = [each for at, each in wanted.items() if replaced.get(at) != each]
    kept = [each for each in known if each.started_at not in replaced]
    return Change(due.patient_id, measure_of(due.stream), gone, written), [*kept, *wanted.values()]


def _next_silence(rule: Rule, due: Due, samples: Sequence[Sample], case: Case) -> list[LookAgain]:
    """The timer of the open gap: when its first limit passes, but not while the device may still be delivering. Where
    the gap was judged and found to be past it, the fold has said when the next limit passes. A pause without an end
    needs none: its end is news."""
    newest = next((sample.at for sample in reversed(samples) if not sample.doubtful), None)
    newest = newest or awaited_since(due.stream, case, case.now)
    limit = first_limit(due.stream, case, newest) if newest else None
    if newest is None or limit is None or (rule.needs and not case.has(*rule.needs, newest)):
        return []
    expected_from = counts_from(case.facts, newest, max(newest, case.now))
    if expected_from is None:
        return []
    passes_at, soonest = expected_from + limit, case.now + DELIVERED_LATELY
    if case.open_gap and passes_at < case.now:
        return []
    return [LookAgain(due.patient_id, due.stream, newest, max(passes_at, soonest), "timer")]
