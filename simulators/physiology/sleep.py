"""Nights: when, how long, in which stages; and with a mask, what is left of the apnoea and what leaks."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from simulators.series import Life, Sample

LEAK_COURSE: Final = (5, 9, 13, 17, 18, 17, 19, 16, 18, 14, 9, 4)  # events an hour more, a night each, until mended


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Bedtime as a local hour (past 24 is after midnight), minutes in bed, share of them asleep; `ahi` per hour with
    the mask on, None for those who wear none; `missed` is the share of nights without a reading."""

    bedtime: float
    minutes: float
    efficiency: float
    ahi: float | None = None
    missed: float = 0.03


def sleep_samples(life: Life, body: Sleeper, leaks: list[date]) -> list[Sample]:
    """One a night, taken at its end. A mask that begins to leak on one of `leaks` (dates of waking) does so until it
    is replaced twelve nights later."""
    chance = life.dice("sleep")
    leaking = {day + timedelta(days=n): more for day in leaks for n, more in enumerate(LEAK_COURSE)}
    taken = []
    for day in life.days():
        began = life.at(day - timedelta(days=1), body.bedtime + max(-1.5, min(1.5, chance.gauss(0, 0.5))))
        bed = round(max(240, min(660, chance.gauss(body.minutes, 35))))
        values = _night(chance, body, bed)
        mask = _mask(chance, body, bed, leaking.get(day, 0))
        at = began + timedelta(minutes=bed)
        if began >= life.start and not life.misses(chance, at, body.missed):
            taken.append(_sample(began, at, {**values, **mask}, day in leaking and bool(mask)))
    return life.inside(taken)


def _sample(began: datetime, at: datetime, values: dict[str, float], leaks: bool) -> Sample:
    masked = "ahi" in values
    context = {"denominator": "recording_time" if masked else "sleep_time", "entry": "automatic"}
    return Sample(at, values, context, ("mask_leak",) if leaks else (), began)


def _night(chance: Random, body: Sleeper, bed: int) -> dict[str, float]:
    """Minutes, whole and adding up: stages to sleep, sleep and waking to less than the time in bed."""
    asleep = round(bed * max(0.6, min(0.97, chance.gauss(body.efficiency, 0.035))))
    deep = round(asleep * chance.uniform(0.12, 0.22))
    rem = round(asleep * chance.uniform(0.17, 0.26))
    latency = round((bed - asleep) * chance.uniform(0.2, 0.45))
    return {
        "time_in_bed": bed, "total_sleep": asleep, "light": asleep - deep - rem, "deep": deep, "rem": rem,
        "latency": latency, "wake_after_onset": round((bed - asleep - latency) * 0.85),
        "awakenings": max(0, round(chance.gauss(3 + (bed - asleep) / 20, 1.5))),
    }  # fmt: skip


def _mask(chance: Random, body: Sleeper, bed: int, more: float) -> dict[str, float]:
    """What the machine adds: apnoea, its central part, leak, pressure and minutes of therapy."""
    spread, share = chance.gauss(0, 1), chance.uniform(0.1, 0.3)
    worn, leak, pressure = chance.uniform(0.9, 0.99), chance.uniform(3, 9), chance.gauss(9.5, 0.5)
    if body.ahi is None:
        return {}
    ahi = body.ahi * math.exp(0.25 * spread) + more * math.exp(0.12 * spread)
    return {
        "ahi": ahi, "central_ahi": min(ahi, body.ahi) * share, "leak": leak + 1.9 * more,
        "pressure": pressure + 0.12 * more, "therapy_time": round(bed * worn),
    }  # fmt: skip
