"""What goes wrong between a device and the broker, decided before anything is sent: pure, the same for one seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Final

from simulators.plan import Upload


@dataclass(frozen=True, slots=True)
class Step:
    """An upload and how it leaves its device: not before `release` (simulated), `copies` times in a row, once more
    after it was answered when `echo`; with `offline` n > 0 the device goes out of reach before it and comes back when
    it has n uploads to send."""

    upload: Upload
    release: datetime
    copies: int = 1
    echo: bool = False
    offline: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Before this share of its uploads a device holds back what it takes, until so many wait."""

    share: float
    least: int
    most: int


Fault = Callable[[list[Step], Random], list[Step]]
OUT_OF_REACH: Final = Held(0.03, 3, 30)
OUT_OF_ORDER: Final = Held(0.1, 2, 10)


def schedule(
    uploads: Sequence[Upload],
    faults: frozenset[str],
    seed: int,
    away: Held = OUT_OF_REACH,
    mixed: Held = OUT_OF_ORDER,
) -> list[Step]:
    """`uploads` in the order of their release. A device's first upload is left alone (contract, `simulate run`);
    names that are no transport faults are ignored, as they were dealt with when the readings were planned."""
    known: dict[str, Fault] = {
        **TRANSPORT_FAULTS,
        "offline": partial(_offline, away=away),
        "reorder": partial(_reorder, mixed=mixed),
    }
    steps: list[Step] = []
    for device, mine in _by_device(uploads).items():
        first, *rest = (Step(upload, upload.at) for upload in mine)
        for name in (name for name in known if name in faults):
            rest = known[name](rest, Random(f"{seed}/{device}/{name}"))  # noqa: S311 - repeatable, no secret
        steps += [first, *rest]
    return sorted(steps, key=lambda step: step.release)


def _by_device(uploads: Sequence[Upload]) -> dict[str, list[Upload]]:
    devices: dict[str, list[Upload]] = {}
    for upload in uploads:
        devices.setdefault(upload.device, []).append(upload)
    return devices


def _duplicate(steps: list[Step], rng: Random) -> list[Step]:
    """One upload in eight goes out two or three times, half of these once more after their receipts came."""
    return [
        replace(step, copies=rng.choice((2, 3)), echo=rng.random() < 0.5) if rng.random() < 0.125 else step
        for step in steps
    ]


def _reorder(steps: list[Step], rng: Random, mixed: Held = OUT_OF_ORDER) -> list[Step]:
    """Now and then a device holds back some uploads and sends them in any order."""
    done: list[Step] = []
    while len(done) < len(steps):
        length = rng.randint(mixed.least, mixed.most) if rng.random() < mixed.share else 1
        block = steps[len(done) : len(done) + length]
        release = block[-1].release
        done += [replace(step, release=release) for step in rng.sample(block, len(block))]
    return done


def _offline(steps: list[Step], rng: Random, away: Held = OUT_OF_REACH) -> list[Step]:
    """Now and then a device is out of reach until it has some uploads to send at once."""
    done: list[Step] = []
    while len(done) < len(steps):
        held = rng.randint(away.least, away.most) if rng.random() < away.share else 0
        block = steps[len(done) : len(done) + max(held, 1)]
        done += [replace(block[0], offline=held), *block[1:]]
    return done


TRANSPORT_FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {"duplicate": _duplicate, "reorder": _reorder, "offline": _offline}
)
