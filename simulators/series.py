"""The clockwork of a simulated life: chance that comes from the seed, days in local time, what a body shows."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

NEVER_MISSED = timedelta(days=2)  # before the end: no stream falls silent by accident just where the run stops


def dice(*words: object) -> Random:
    """Chance of its own for these words, the same in every process and on every machine."""
    return Random("/".join(map(str, words)))  # noqa: S311  one seed has to give one month; nothing here is secret


def wander(chance: Random, count: int, spread: float, keep: float) -> list[float]:
    """`count` neighbouring values about 0 with standard deviation `spread`, each keeping a share of the one before."""
    kick = spread * math.sqrt(1 - keep * keep)
    values = [chance.gauss(0, spread)]
    while len(values) < count:
        values.append(keep * values[-1] + chance.gauss(0, kick))
    return values[:count]


Pick = Callable[["Life", Random, float], list[date]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a perfect device would see at `at` (aware UTC, whole seconds): component -> value in the catalogue's unit.

    `began` is the start of an interval measure; `truth` are labels of what was simulated.
    """

    at: datetime
    values: Mapping[str, float]
    context: Mapping[str, str] = field(default_factory=dict)
    truth: tuple[str, ...] = ()
    began: datetime | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """The frame one patient's readings are made in; `key` is the root of all chance, `variant` counts the patients
    with this condition from 0. `start` and `until` are aware UTC; a reading lies between them."""

    key: str
    zone: ZoneInfo
    start: datetime
    until: datetime
    variant: int

    def dice(self, *words: object) -> Random:
        return dice(self.key, *words)

    def days(self) -> list[date]:
        """Local dates that the run touches, the first and the last usually in part."""
        first, last = (instant.astimezone(self.zone).date() for instant in (self.start, self.until))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def at(self, day: date, hour: float) -> datetime:
        """The instant (UTC) when the clock on this patient's wall shows `hour`, which may be past 24."""
        wall = datetime.combine(day, time.min) + timedelta(seconds=round(hour * 3600))
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def hour(self, at: datetime) -> float:
        wall = at.astimezone(self.zone)
        return wall.hour + wall.minute / 60

    def day_of(self, at: datetime) -> float:
        """Days since the local midnight before the start, with their fraction by the clock on the wall."""
        first, wall = self.start.astimezone(self.zone).date(), at.astimezone(self.zone)
        return (wall.date() - first).days + (wall.hour + wall.minute / 60) / 24

    def misses(self, chance: Random, at: datetime, share: float) -> bool:
        """Whether the patient forgets this one; always rolls, so that one more day changes no other."""
        forgets = chance.random() < share
        return forgets and at < self.until - NEVER_MISSED

    def pick_days(self, chance: Random, every: float) -> list[date]:
        """At least one whole day, about one in `every` days, spread over the run and in order."""
        days = self.days()
        whole = days[1:-1] or days
        parts = max(1, round(len(whole) / every))
        edges = [round(n * len(whole) / parts) for n in range(parts + 1)]
        return [whole[chance.randrange(low, high)] for low, high in pairwise(edges)]

    def rare_days(self, chance: Random, every: float) -> list[date]:
        """Each whole day with the same chance, one in `every`: perhaps none."""
        return [day for day in self.days()[1:-1] if chance.random() * every < 1]

    def inside(self, samples: Sequence[Sample]) -> list[Sample]:
        """Those between start and end, in order of time."""
        kept = (one for one in samples if self.start <= one.at <= self.until)
        return sorted(kept, key=lambda one: one.at)
