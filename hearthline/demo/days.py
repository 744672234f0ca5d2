"""The demo's days: a month as history, then its last three days at a walking pace, then as time goes by.

A reading ahead of the clock would rightly be marked or refused, so the quick part ends where the clock stands now.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hearthline.simulation import FAULTS
from simulators.cohort import plan
from simulators.plan import Plan

LAST_DAYS: Final = timedelta(days=3)
AHEAD: Final = timedelta(days=2)  # how long the demo can go on as time goes by
QUICK: Final = 900.0  # the last days take about five minutes, and a quiet night a few seconds


@dataclass(frozen=True, slots=True)
class Part:
    """`plan` is played as fast as it goes up to `history_until`, then at `speed` simulated seconds a second; `speed`
    None means all of it as fast as it goes."""

    plan: Plan
    history_until: datetime | None
    speed: float | None

    @property
    def history(self) -> int:
        """Readings that are played as fast as it goes."""
        past = self.history_until or self.plan.until
        return sum(len(upload.readings) for upload in self.plan.uploads if upload.at <= past)


@dataclass(frozen=True, slots=True)
class Pace:
    """Since `since` (seconds of a monotonic clock), when it was `begin` in the homes, time passes `speed` times as
    fast there."""

    begin: datetime
    since: float
    speed: float

    def at(self, seconds: float) -> datetime:
        """What the clocks in the homes say then."""
        return self.begin + timedelta(seconds=(seconds - self.since) * self.speed)


def history_alone(*, patients: int, days: int, seed: int, now: datetime) -> list[Part]:
    """The days up to `now`, and nothing more."""
    return [Part(plan(patients=patients, days=days, seed=seed, until=now, faults=FAULTS), None, None)]


def history_and_live(*, patients: int, days: int, seed: int, now: datetime) -> list[Part]:
    """One plan in two parts: up to `now`, its last days (half of them when they are few) at `QUICK`; from `now` on at
    the clock's own pace."""
    whole = plan(patients=patients, days=days + AHEAD.days, seed=seed, until=now + AHEAD, faults=FAULTS)
    past = tuple(upload for upload in whole.uploads if upload.at <= now)
    future = tuple(upload for upload in whole.uploads if upload.at > now)
    return [
        Part(replace(whole, uploads=past), now - min(LAST_DAYS, timedelta(days=days) / 2), QUICK),
        Part(replace(whole, uploads=future), now, 1.0),
    ]
