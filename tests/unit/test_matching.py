"""What becomes of flags when episodes change: a table of cases, each told on one line of time.

Times are hours after a fixed instant. An episode is `severity start-last[-end]`; one without an end lasts. A flag is
`severity status since-until`, with who moved it last and when. Expected flags name what a person would see.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flags.matching import match
from flags.states import EpisodeState, FlagState

ORIGIN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = 100.0
RULE = "GLU-L1"  # whichever: matching knows of a rule only whether it closes itself


def at(hours: float) -> datetime:
    return ORIGIN + timedelta(hours=hours)


def episode(told: str, rule: str = RULE, worth: str = "0") -> EpisodeState:
    severity, span = told.split()
    start, last, *end = map(float, span.split("-"))
    state = "ended" if end else "lasting"
    evidence = {name: at(when).isoformat() for name, when in (("first", start), ("worst", start), ("newest", last))}
    ended_at = at(end[0]) if end else None
    return EpisodeState(rule, severity, state, at(start), at(last), ended_at, 1, {**evidence, "worth": worth})


def flag(told: str, actor: str = "system", moved: float = 50.0, rule: str = RULE) -> FlagState:
    severity, status, span = told.split()
    since, until = map(float, span.split("-"))
    step = {"at": at(moved).isoformat(), "actor": actor, "from": None, "to": status, "note": ""}
    return FlagState(
        id=UUID(int=int(since * 1000 + moved)), patient_id="pt-1", measure="any", rule=rule,
        severity=severity, status=status, since=at(since), until=at(until), raised_at=at(moved), changed_at=at(moved),
        episodes=1, breaches=1, late=False, ended=False, awaiting_confirmation=False, not_confirmed=False, evidence={},
        history=[step],
    )  # fmt: skip


def matched(episodes: Sequence[EpisodeState], flags: Sequence[FlagState] = (), now: float = NOW) -> list[FlagState]:
    """All flags as they then stand, oldest first."""
    changed = match("pt-1", "any", episodes, flags, at(now))
    known = {each.id for each in changed}
    return sorted([*changed, *(each for each in flags if each.id not in known)], key=lambda each: (each.since, each.id))


def told(flags: Sequence[FlagState]) -> list[str]:
    def hours(when: datetime) -> str:
        return f"{(when - ORIGIN) / timedelta(hours=1):g}"

    return [f"{each.severity} {each.status} {hours(each.since)}-{hours(each.until)} x{each.episodes}" for each in flags]


CASES = {
    # what happens: (episodes, flags, what then stands)
    "a lasting episode is raised": (["CRIT 1-1"], [], ["CRIT open 1-1 x1"]),
    "what waits for a person is raised though it ended": (["HIGH 1-2-3"], [], ["HIGH open 1-2 x1"]),
    "what closes by itself is raised closed when it had ended": (["MOD 1-2-3"], [], ["MOD resolved 1-2 x1"]),
    "an episode that grew stays with its flag": (["MOD 1-9"], ["MOD open 1-4"], ["MOD open 1-9 x1"]),
    "one that touches at one instant belongs to it": (["CRIT 4-9"], ["CRIT open 1-4"], ["CRIT open 4-9 x1"]),
    "one that begins earlier than known moves the flag": (["MOD 0-4"], ["MOD open 1-4"], ["MOD open 0-4 x1"]),
    "a further urgent episode joins the open flag": (
        ["CRIT 1-2-3", "CRIT 8-9"], ["CRIT open 1-2"], ["CRIT open 1-9 x2"],
    ),
    "an urgent flag stays open when its episode ended": (["CRIT 1-2-3"], ["CRIT open 1-2"], ["CRIT open 1-2 x1"]),
    "a moderate flag closes with its episode": (["MOD 1-2-3"], ["MOD open 1-2"], ["MOD resolved 1-2 x1"]),
    "an acknowledged moderate flag closes with it too": (
        ["MOD 1-2-3"], ["MOD acknowledged 1-2"], ["MOD resolved 1-2 x1"],
    ),
    "a further moderate episode has a flag of its own": (
        ["MOD 1-2-3", "MOD 8-9"], ["MOD open 1-2"], ["MOD resolved 1-2 x1", "MOD open 8-9 x1"],
    ),
    "a past moderate episode is no business of an open flag": (
        ["MOD 1-2-3", "MOD 8-9"], ["MOD open 8-9"], ["MOD resolved 1-2 x1", "MOD open 8-9 x1"],
    ),
    "a closed moderate flag opens when its episode goes on": (
        ["MOD 1-9"], ["MOD resolved 1-2"], ["MOD open 1-9 x1"],
    ),
    "a flag whose episode is gone is withdrawn": ([], ["CRIT open 1-2"], ["CRIT withdrawn 1-2 x1"]),
    "and so is one that had closed by itself": ([], ["MOD resolved 1-2"], ["MOD withdrawn 1-2 x1"]),
    "an episode elsewhere is another flag": (
        ["CRIT 8-9"], ["CRIT open 1-2"], ["CRIT withdrawn 1-2 x1", "CRIT open 8-9 x1"],
    ),
    "two flags whose episodes became one are one": (
        ["MOD 1-9"], ["MOD resolved 1-2", "MOD open 8-9"], ["MOD withdrawn 1-2 x1", "MOD open 1-9 x1"],
    ),
    "episodes that became urgent wait under one open flag": (
        ["HIGH 1-2-3", "HIGH 5-6-7", "HIGH 8-9-10"],
        ["HIGH resolved 1-2", "HIGH resolved 5-6", "HIGH resolved 8-9"],
        ["HIGH open 1-9 x3", "HIGH withdrawn 5-6 x1", "HIGH withdrawn 8-9 x1"],
    ),
    "and under the one that is open already": (
        ["HIGH 1-2-3", "HIGH 5-6-7"], ["HIGH resolved 1-2", "HIGH acknowledged 5-6"],
        ["HIGH withdrawn 1-2 x1", "HIGH acknowledged 1-6 x2"],
    ),
    "an open flag that grew around a closed one takes nothing from it": (
        ["CRIT 1-1-2", "MOD 4-5-6", "CRIT 8-9"], ["MOD resolved 4-5", "CRIT open 1-9"],
        ["CRIT open 1-9 x2", "MOD resolved 4-5 x1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_flags_follow_their_episodes(name: str) -> None:
    episodes, flags, expected = CASES[name]
    assert told(matched([episode(each) for each in episodes], [flag(each) for each in flags])) == expected


BY_A_PERSON = {
    "a flag that a person resolved stays closed": (["CRIT 1-2"], "CRIT resolved 1-2", ["CRIT resolved 1-2 x1"]),
    "a late reading inside it joins it": (["CRIT 1-2-3"], "CRIT resolved 1-3", ["CRIT resolved 1-2 x1"]),
    "a late reading from before the person acted joins it": (
        ["CRIT 1-40"], "CRIT resolved 1-2", ["CRIT resolved 1-40 x1"],
    ),
    "an episode that goes on after the person acted is news": (
        ["CRIT 1-60"], "CRIT resolved 1-2", ["CRIT resolved 1-2 x1", "CRIT open 1-60 x1"],
    ),
    "a moderate one that goes on is not": (["MOD 1-60"], "MOD resolved 1-2", ["MOD resolved 1-60 x1"]),
    "one that got worse opens again": (["HIGH 1-40"], "MOD resolved 1-2", ["HIGH open 1-40 x1"]),
    "one that nothing supports any more stays what the person made it": (
        [], "CRIT resolved 1-2", ["CRIT resolved 1-2 x1"],
    ),
    "an episode later than it is another flag": (
        ["CRIT 1-2-3", "CRIT 60-60"], "CRIT resolved 1-2", ["CRIT resolved 1-2 x1", "CRIT open 60-60 x1"],
    ),
    "an episode earlier than it, found late, is another flag": (
        ["CRIT 0-0-1", "CRIT 2-2-3"], "CRIT resolved 2-2", ["CRIT open 0-0 x1", "CRIT resolved 2-2 x1"],
    ),
    "a moderate episode found late is closed at once": (
        ["MOD 0-0-1", "MOD 2-2-3"], "MOD resolved 2-2", ["MOD resolved 0-0 x1", "MOD resolved 2-2 x1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_A_PERSON)
def test_what_a_person_resolved_stays_so_unless_there_is_news(name: str) -> None:
    episodes, old, expected = BY_A_PERSON[name]
    assert told(matched([episode(each) for each in episodes], [flag(old, "nurse")])) == expected


def test_a_late_reading_does_not_hide_what_happened_after_a_person_resolved_it() -> None:
    """The flag changes with every late reading; what counts is when the person acted."""
    closed = flag("CRIT resolved 1-2", "nurse", moved=50)
    [joined] = match("pt-1", "any", [episode("CRIT 1-40")], [closed], at(70))
    assert told([joined]) == ["CRIT resolved 1-40 x1"]
    assert told(matched([episode("CRIT 1-60")], [joined])) == ["CRIT resolved 1-40 x1", "CRIT open 1-60 x1"]


def test_what_one_of_two_closings_covers_stays_with_the_later() -> None:
    """After both were resolved, nothing opens again by itself."""
    earlier = flag("MOD resolved 4-5", "nurse", moved=50)
    later = flag("HIGH resolved 1-9", "nurse", moved=60)
    episodes = [episode("HIGH 1-2-3"), episode("HIGH 4-5-6")]
    assert {each.status for each in matched(episodes, [earlier, later])} == {"resolved"}


def test_silence_closes_by_itself_however_long_it_was() -> None:
    open_flag = flag("HIGH open 1-2", rule="NODATA-WT")
    [closed] = matched([episode("HIGH 1-9-9", "NODATA-WT")], [open_flag])
    assert (closed.status, closed.history[-1]["note"]) == ("resolved", "ended by itself")
    assert told(matched([episode("HIGH 1-9-9", "NODATA-WT")])) == ["HIGH resolved 1-9 x1"]


def test_silence_that_a_person_resolved_opens_again_when_it_reaches_the_next_tier() -> None:
    closed = flag("INFO resolved 1-2", "nurse", rule="NODATA-WT")
    assert told(matched([episode("INFO 1-2", "NODATA-WT")], [closed])) == ["INFO resolved 1-2 x1"]
    assert told(matched([episode("MOD 1-26", "NODATA-WT")], [closed])) == ["MOD open 1-26 x1"]


def test_every_transition_says_who_and_why() -> None:
    [raised] = matched([episode("MOD 1-2")])
    [closed] = matched([episode("MOD 1-2-3")], [raised], now=101)
    [opened] = matched([episode("MOD 1-4")], [closed], now=102)
    [gone] = matched([], [opened], now=103)
    assert [(step["from"], step["to"], step["note"]) for step in gone.history] == [
        (None, "open", "raised"),
        ("open", "resolved", "ended by itself"),
        ("resolved", "open", "readings changed"),
        ("open", "withdrawn", "readings changed"),
    ]
    assert {step["actor"] for step in gone.history} == {"system"}
    assert [step["at"] for step in gone.history] == [at(hour).isoformat() for hour in (100, 101, 102, 103)]


def test_a_flag_raised_a_day_after_its_last_breach_is_late() -> None:
    assert [each.late for each in matched([episode("CRIT 1-76")])] == [False]
    assert [each.late for each in matched([episode("CRIT 1-75.9")])] == [True]


def test_a_flag_says_whether_it_ended_waits_or_was_not_confirmed() -> None:
    def attributes(*episodes: EpisodeState) -> tuple[bool, bool, bool]:
        [one] = matched(episodes)
        return one.ended, one.awaiting_confirmation, one.not_confirmed

    ended, lasting = episode("CRIT 1-2-3"), episode("CRIT 8-9")
    dismissed = replace(ended, state="not_confirmed")
    assert attributes(ended) == (True, False, False)
    assert attributes(ended, lasting) == (False, False, False)
    assert attributes(replace(lasting, state="awaiting")) == (False, True, False)
    assert attributes(dismissed) == (True, False, True)
    assert attributes(dismissed, lasting) == (False, False, False)


def test_a_flag_shows_its_newest_reading_and_its_worst() -> None:
    one, two = episode("HIGH 1-2-3"), episode("MOD 8-9")
    [shown] = matched([one, two], [flag("HIGH open 1-2")])
    assert (shown.evidence["newest"], shown.evidence["worst"]) == (two.evidence["newest"], one.evidence["worst"])
    assert shown.severity == "HIGH"


def test_the_worst_of_several_episodes_is_the_worst_value_and_the_first_the_oldest() -> None:
    low, lower, last = (
        episode("CRIT 1-2-3", worth="-50"),
        episode("CRIT 4-5-6", worth="-41"),
        episode("CRIT 8-9", worth="-53"),
    )
    [shown] = matched([low, lower, last])
    assert shown.evidence["worst"] == lower.evidence["worst"]
    assert shown.evidence["first"] == low.evidence["first"]
    assert shown.evidence["newest"] == last.evidence["newest"]


def test_nothing_is_written_when_nothing_changed() -> None:
    [raised] = matched([episode("CRIT 1-2")])
    assert match("pt-1", "any", [episode("CRIT 1-2")], [raised], at(200)) == []


def test_flags_are_closed_before_others_open() -> None:
    """At most one may be active at any moment, in the database too."""
    changed = match("pt-1", "any", [episode("CRIT 8-9")], [flag("CRIT open 1-2")], at(NOW))
    assert [each.status for each in changed] == ["withdrawn", "open"]
