"""Blood pressure at home: a daily rhythm, days that resemble the day before, a first reading that runs high."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from simulators.series import Life, Sample, wander

DAY_SPREAD: Final = 4.5  # mmHg between days
READING_SPREAD: Final = 4.0  # mmHg between two readings of one sitting
WHITE_COAT: Final = 6.0  # mmHg on top of the first reading of a sitting, and the shorter so for the next
SITTING: Final = {"posture": "sitting", "arm": "left"}

# minutes after the first, systolic, diastolic; the repeat decides whether the crisis is confirmed
CRISES: Final[Mapping[str, tuple[tuple[float, float, float], ...]]] = {
    "confirmed": ((0, 192, 109), (6, 188, 106), (42, 164, 94)),
    "dismissed": ((0, 187, 104), (4.5, 157, 90)),
    "unrepeated": ((0, 186, 106),),
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """A habit: `readings` in a row at about this local hour, forgotten on a share of the days."""

    hour: float
    readings: int = 2
    missed: float = 0.05


@dataclass(frozen=True, slots=True)
class Vessels:
    """A person's usual pressure in mmHg and pulse per minute; `per_day` is a slow change of the systolic, `alike` how
    much a day resembles the one before."""

    systolic: float
    diastolic: float
    pulse: float
    sittings: tuple[Sitting, ...]
    per_day: float = 0.0
    alike: float = 0.6


def circadian(hour: float) -> float:
    """mmHg above the mean of the day: up after waking, a shoulder in the evening, lowest at about 3."""
    return 8 * math.cos(math.tau * (hour - 14) / 24) + 3 * math.cos(2 * math.tau * (hour - 9) / 24)


def pressure_samples(life: Life, body: Vessels, crises: Mapping[date, str]) -> list[Sample]:
    """Every sitting of the run; the last one of a day in `crises` becomes the crisis of that kind."""
    chance = life.dice("pressure")
    days = life.days()
    levels = wander(chance, len(days), DAY_SPREAD, body.alike)
    taken: list[Sample] = []
    for number, (day, level) in enumerate(zip(days, levels, strict=True)):
        for sitting in body.sittings:
            at = life.at(day, sitting.hour + max(-1.2, min(1.2, chance.gauss(0, 0.4))))
            missed = life.misses(chance, at, sitting.missed)
            if day in crises and sitting is body.sittings[-1]:
                taken += _crisis(chance, at, crises[day], body)
            elif not missed:
                shift = level + body.per_day * number + 3 * 0.5**number + circadian(life.hour(at))
                taken += _usual(chance, at, sitting, body, shift)
    return life.inside(taken)


def _usual(chance: Random, at: datetime, sitting: Sitting, body: Vessels, shift: float) -> list[Sample]:
    taken = []
    for number in range(sitting.readings):
        rise = shift + WHITE_COAT * 0.4**number + chance.gauss(0, READING_SPREAD)
        diastolic = body.diastolic + 0.5 * rise + chance.gauss(0, 2.5)
        pulse = body.pulse + 0.4 * rise + chance.gauss(0, 3.5)
        taken.append(_sample(at, body.systolic + rise, diastolic, pulse))
        at += timedelta(seconds=chance.randint(50, 110))
    return taken


def _crisis(chance: Random, at: datetime, kind: str, body: Vessels) -> list[Sample]:
    taken = []
    for minutes, systolic, diastolic in CRISES[kind]:
        when = at + timedelta(seconds=round(minutes * 60 * chance.uniform(0.75, 1.25)))
        pulse = body.pulse + chance.uniform(8, 20)
        truth = ("hypertensive_crisis", f"crisis_{kind}")
        taken.append(_sample(when, systolic + chance.uniform(-4, 4), diastolic + chance.uniform(-3, 3), pulse, truth))
    return taken


def _sample(at: datetime, systolic: float, diastolic: float, pulse: float, truth: tuple[str, ...] = ()) -> Sample:
    return Sample(at, {"systolic": systolic, "diastolic": diastolic, "pulse": pulse}, SITTING, truth)
