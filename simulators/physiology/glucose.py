"""Glucose through the day: meals and the insulin against them, dawn, lows at night; in mg/dL and minutes."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simulators.series import Life, wander

Curve = Callable[[datetime], float]
MINUTE: Final = timedelta(minutes=1)
MEAL_HOURS: Final = ((7.5, 45), (12.7, 60), (19.0, 70))  # local hour, grams of carbohydrate on an average day
DIGESTED: Final = 480.0  # minutes until a meal is forgotten
FLOOR: Final = 85.0  # below it the body counters, so that a low needs a reason


@dataclass(frozen=True, slots=True)
class Metabolism:
    """`gain` is mg/dL a gram would add alone, `peak` minutes to its highest; `match` the share insulin takes back.

    `dawn` is the rise before breakfast, `spread` the standard deviation between days; both mg/dL.
    """

    basal: float
    gain: float
    peak: float
    match: float
    dawn: float
    spread: float


@dataclass(frozen=True, slots=True)
class Meal:
    at: datetime
    grams: float
    match: float


@dataclass(frozen=True, slots=True)
class Bend:
    """An episode: at `at` the curve is at `level`, and within about `minutes` on both sides on its way there."""

    at: datetime
    level: float
    minutes: float
    label: str

    def pull(self, at: datetime) -> float:
        """0 far away to 1 in the middle."""
        return math.exp(-(((at - self.at) / MINUTE / self.minutes) ** 2))


def wave(minutes: float, peak: float) -> float:
    """How food or insulin comes and goes: 0 at the start, 1 at `peak` minutes, then a long tail."""
    return minutes / peak * math.exp(1 - minutes / peak) if minutes > 0 else 0.0


def meals(life: Life, body: Metabolism) -> list[Meal]:
    """Three a day, of varied size and time, each with a dose that fits more or less."""
    chance = life.dice("meals")
    eaten = []
    for day in life.days():
        for hour, grams in MEAL_HOURS:
            at = life.at(day, hour + max(-0.9, min(0.9, chance.gauss(0, 0.35))))
            match = body.match * chance.uniform(0.85, 1.15)
            eaten.append(Meal(at, max(15.0, chance.gauss(grams, grams * 0.3)), match))
    return eaten


def curve(life: Life, body: Metabolism, eaten: Sequence[Meal], bends: Sequence[Bend]) -> Curve:
    """The true glucose (mg/dL) at any instant of the run."""
    levels = wander(life.dice("glucose days"), len(life.days()) + 2, body.spread, 0.5)
    times = [meal.at for meal in eaten]

    def glucose(at: datetime) -> float:
        since = bisect_left(times, at - DIGESTED * MINUTE)
        level = body.basal + _between(levels, life.day_of(at)) + body.dawn * _dawn(life.hour(at))
        level += sum(_excursion(body, meal, at) for meal in eaten[since : bisect_left(times, at)])
        return _bent(_held(level), at, bends)

    return glucose


def _between(levels: Sequence[float], day: float) -> float:
    """From one day's level to the next without a step at midnight."""
    whole = int(day)
    return levels[whole] + (levels[whole + 1] - levels[whole]) * (day - whole)


def _dawn(hour: float) -> float:
    return math.exp(-(((hour - 6.5) / 2.2) ** 2))


def _excursion(body: Metabolism, meal: Meal, at: datetime) -> float:
    minutes = (at - meal.at) / MINUTE
    return body.gain * meal.grams * (wave(minutes, body.peak) - meal.match * wave(minutes, 1.5 * body.peak))


def _held(level: float) -> float:
    return level if level > FLOOR else max(72.0, FLOOR - 0.35 * (FLOOR - level))


def _bent(level: float, at: datetime, bends: Sequence[Bend]) -> float:
    for bend in bends:
        pull = bend.pull(at)
        level = level * (1 - pull) + bend.level * pull
    return level


def labels(at: datetime, bends: Sequence[Bend]) -> tuple[str, ...]:
    """What was simulated here: the episodes that have a say at this instant."""
    return tuple(bend.label for bend in bends if bend.pull(at) > 0.5)
