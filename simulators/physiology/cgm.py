"""What a sensor under the skin makes of the curve: behind by some minutes, noisy, drifting, replaced, out of reach."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simulators.physiology.glucose import Bend, Curve, labels
from simulators.series import Life, Sample, wander

STEP: Final = timedelta(minutes=5)
LAG: Final = 0.45  # share of the way to the true value in one step: about eight minutes behind
WEAR: Final = timedelta(days=10)
WARM_UP: Final = timedelta(hours=2)
NOISE: Final = 4.0  # mg/dL, neighbours alike
DRIFT: Final = 0.06  # largest relative error of a sensor at either end of its life
OUT_OF_REACH: Final = 1 / 600  # chance a step that the link is lost for up to an hour and a half
INTERSTITIAL: Final = {"specimen": "interstitial"}


def cgm_samples(life: Life, glucose: Curve, bends: Sequence[Bend]) -> list[Sample]:
    """A value each five minutes in mg/dL, but for warm-up and lost links."""
    chance = life.dice("sensor")
    begin = life.start.replace(second=0, microsecond=0) + timedelta(seconds=chance.randint(60, 280))
    taken: list[Sample] = []
    number = 0
    while begin < life.until:
        taken += _worn(life, glucose, bends, begin, life.dice("sensor", number))
        begin += WEAR + timedelta(seconds=chance.randint(60, 7200))
        number += 1
    return life.inside(taken)


def _worn(life: Life, glucose: Curve, bends: Sequence[Bend], begin: datetime, chance: Random) -> Iterator[Sample]:
    """One sensor's life; the first needs no warm-up, it was put in before the run."""
    steps = int(WEAR / STEP)
    noise = wander(chance, steps, NOISE, 0.7)
    early, late = (chance.uniform(-DRIFT, DRIFT) for _ in range(2))
    skipped = begin + WARM_UP if begin - life.start > STEP else begin
    seen = glucose(begin)
    for step in range(steps):
        at = begin + step * STEP
        if at > life.until:
            return
        seen += LAG * (glucose(at) - seen)
        if chance.random() < OUT_OF_REACH:
            skipped = max(skipped, at + chance.randint(2, 18) * STEP)
        if at >= skipped:
            gain = 1 + early + (late - early) * step / steps
            yield Sample(at, {"glucose": seen * gain + noise[step]}, INTERSTITIAL, labels(at, bends))
