"""Which episodes a flag covers, and what becomes of flags when episodes change; pure.

At most one flag of a patient and rule is active. An episode belongs to the flag whose span it touches; otherwise,
when it waits for a person or still lasts, to the active flag; otherwise to a flag of its own. A flag that covers
nothing any more is withdrawn, but not one that a person closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from flags.cooldown import is_quiet
from flags.states import ACTIVE, SO_FAR, EpisodeState, FlagState, rank
from models.keys import new_id

LATE: Final = timedelta(hours=24)
SYSTEM: Final = "system"


@dataclass(slots=True)
class Cover:
    """A flag, or None for one to be raised, with the episodes it covers."""

    flag: FlagState | None
    episodes: list[EpisodeState] = field(default_factory=list)

    @property
    def stays_open(self) -> bool:
        return any(episode.stays or episode.ended_at is None for episode in self.episodes)

    @property
    def severity(self) -> str:
        return min((episode.severity for episode in self.episodes), key=rank)

    def takes(self, episode: EpisodeState) -> bool:
        """Whether the episode touches the flag's span. What goes on after a person resolved it is news, but not at
        once and when it is no worse."""
        flag = self.flag
        if flag is not None and _resolved_by_person(flag) and is_quiet(flag, episode, _moved_at(flag)):
            return True
        if flag is None or not flag.touches(episode):
            return False
        return not (_resolved_by_person(flag) and episode.stays and episode.last_at > max(flag.until, _moved_at(flag)))

    def keeps(self, episode: EpisodeState) -> bool:
        """Whether a closed flag covers all of the episode: then no open one, grown around it, takes it over."""
        flag = self.flag
        if flag is None or flag.active:
            return False
        return flag.since <= episode.started_at <= episode.last_at <= flag.until

    @property
    def reopens(self) -> bool:
        """A closed flag opens again when its episode does; one that a person closed, only when it got worse."""
        if self.flag is None or self.flag.active or not self.stays_open:
            return False
        return not _resolved_by_person(self.flag) or rank(self.severity) < rank(self.flag.severity)


def match(
    patient_id: str, measure: str, episodes: Sequence[EpisodeState], flags: Sequence[FlagState], now: datetime
) -> list[FlagState]:
    """The flags that changed or are new, those to be closed first. `episodes`: all of one patient and rule that touch
    the span of any of `flags`, or were computed anew; `flags`: those not withdrawn, of the same patient and rule."""
    covers = [Cover(flag) for flag in sorted(flags, key=lambda flag: (flag.active, flag.changed_at), reverse=True)]
    homeless = _assign(covers, sorted(episodes, key=lambda each: each.started_at))
    active = _active(covers)
    for episode in homeless:
        if active is None or not Cover(None, [episode]).stays_open:
            covers.append(Cover(None, [episode]))
            active = active or (covers[-1] if covers[-1].stays_open else None)
        else:
            active.episodes.append(episode)
    settled = [(each.flag, _settle(each, each is active, patient_id, measure, now)) for each in covers]
    return sorted((new for old, new in settled if new != old), key=lambda flag: flag.active)


def _assign(covers: Sequence[Cover], episodes: Iterable[EpisodeState]) -> list[EpisodeState]:
    """Give each episode to a flag that takes it: to the one that has it already, else to the active one, else to the
    one closed last. Answers those that none takes."""
    homeless: list[EpisodeState] = []
    for episode in episodes:
        takers = [each for each in covers if each.takes(episode)]
        cover = next((each for each in takers if each.keeps(episode)), next(iter(takers), None))
        (homeless if cover is None else cover.episodes).append(episode)
    return homeless


def _active(covers: Sequence[Cover]) -> Cover | None:
    """The flag that is active or opens again. What others would have opened again for joins it: nothing that waits
    for a person may hide in a closed flag."""
    reopening = [each for each in covers if each.reopens]
    active = next((each for each in covers if each.flag and each.flag.active and each.stays_open), None)
    active = active or next(iter(reopening), None)
    for other in reopening:
        if active is not None and other is not active:
            active.episodes.extend(other.episodes)
            other.episodes = []
    return active


def _settle(cover: Cover, active: bool, patient_id: str, measure: str, now: datetime) -> FlagState:
    flag = cover.flag
    if not cover.episodes:
        assert flag is not None
        gone = flag.active or not _resolved_by_person(flag)
        return _move(flag, "withdrawn", "readings changed", now) if gone else flag
    if flag is None:
        status = "open" if active else "resolved"
        note = "raised" if active else "raised after it had ended"
        return replace(
            _raised(cover, patient_id, measure, now), status=status, history=[_step(now, None, status, note)]
        )
    shown = _show(flag, cover.episodes)
    if _resolved_by_person(flag) and not active:  # what gets worse is measured against what that person dealt with
        dealt_with: dict[str, Any] = {name: flag.evidence[name] for name in ("worst", "worth") if name in flag.evidence}
        shown = replace(shown, evidence={**shown.evidence, **dealt_with})
    if flag.active and not cover.stays_open:
        return _move(shown, "resolved", "ended by itself", now)
    if active and not flag.active:
        return _move(shown, "open", "readings changed", now)
    return replace(shown, changed_at=now) if shown != flag else flag


def _raised(cover: Cover, patient_id: str, measure: str, now: datetime) -> FlagState:
    first, last = cover.episodes[0], cover.episodes[-1]
    blank = FlagState(
        id=new_id(now), patient_id=patient_id, measure=measure, rule=first.rule, severity=cover.severity, status="open",
        since=first.started_at, until=last.last_at, raised_at=now, changed_at=now, episodes=0, breaches=0,
        late=now - last.last_at > LATE, ended=False, awaiting_confirmation=False, not_confirmed=False,
        evidence={}, history=[],
    )  # fmt: skip
    return _show(blank, cover.episodes)


def _show(flag: FlagState, episodes: Sequence[EpisodeState]) -> FlagState:
    """The flag with what it says copied from the episodes it covers."""
    ordered = sorted(episodes, key=lambda each: each.started_at)
    worst = min(ordered, key=lambda each: (rank(each.severity), -Decimal(each.evidence["worth"])))
    first, last = ordered[0].evidence, ordered[-1].evidence
    return replace(
        flag,
        severity=worst.severity,
        since=ordered[0].started_at,
        until=max(each.last_at for each in ordered),
        episodes=len(ordered),
        breaches=sum(each.breaches for each in ordered),
        ended=all(each.ended_at is not None for each in ordered),
        awaiting_confirmation=any(each.state == "awaiting" for each in ordered),
        not_confirmed=all(each.state == "not_confirmed" for each in ordered),
        evidence={
            **_of_the_flag(flag),
            **_shown(last),
            "first": first["first"],
            "worst": worst.evidence["worst"],
            "worth": worst.evidence["worth"],
        },
    )


def _shown(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is kept for the next evaluation alone."""
    return {name: each for name, each in evidence.items() if name != SO_FAR}


def _of_the_flag(flag: FlagState) -> dict[str, Any]:
    """Of its evidence what no episode knows: why a stream is silent."""
    return {name: flag.evidence[name] for name in ("silence",) if name in flag.evidence}


def _move(flag: FlagState, status: str, note: str, now: datetime) -> FlagState:
    """A flag that is closed waits for nothing any more."""
    awaiting = flag.awaiting_confirmation and status in ACTIVE
    history = [*flag.history, _step(now, flag.status, status, note)]
    return replace(flag, status=status, changed_at=now, awaiting_confirmation=awaiting, history=history)


def _step(now: datetime, before: str | None, after: str, note: str) -> dict[str, Any]:
    return {"at": now.isoformat(), "actor": SYSTEM, "from": before, "to": after, "note": note}


def _moved_at(flag: FlagState) -> datetime:
    """When its status last changed; `changed_at` moves with every late reading too."""
    return datetime.fromisoformat(flag.history[-1]["at"])


def _resolved_by_person(flag: FlagState) -> bool:
    return flag.status == "resolved" and flag.history[-1]["actor"] != SYSTEM
