"""What a device does wrongly with a whole message: an array with bad elements in it, bytes that are no JSON."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from simulators.reading_faults import offsetless, out_of_range, sound, unitless
from simulators.wire import STORED, Parcel, Shot

MERGED: Final = 4  # readings of a device that usually sends one at a time, in one array
MESSAGES: Final = 60  # of a device for each bad one
NO_JSON: Final = "decode.not_json"
SPOIL: Final[tuple[Callable[[Shot, Random], Shot], ...]] = (out_of_range, offsetless, unitless)


def array_partly_bad(parcels: list[Parcel], chance: Random) -> list[Parcel]:
    """Some arrays in which elements are bad in different ways, and one good element may stand twice."""
    for _ in range(max(1, min(3, len(parcels) // MESSAGES))):
        free = set(sound([shot for parcel in parcels for shot in parcel.shots]))
        spans = _whole_spans(parcels, free)
        if spans:
            low, high = chance.choice(spans)
            parcels = [*parcels[:low], _spoilt(parcels[low:high], chance), *parcels[high:]]
    return parcels


def _whole_spans(parcels: Sequence[Parcel], free: set[int]) -> list[tuple[int, int]]:
    """Runs of parcels that together hold at least `MERGED` readings, all sound."""
    edges = [0]
    for parcel in parcels:
        edges.append(edges[-1] + len(parcel.shots))
    spans = []
    for low in range(len(parcels)):
        high = next((h for h in range(low + 1, len(edges)) if edges[h] - edges[low] >= MERGED), None)
        if high is not None and free.issuperset(range(edges[low], edges[high])):
            spans.append((low, high))
    return spans


def _spoilt(parcels: Sequence[Parcel], chance: Random) -> Parcel:
    shots = [shot for parcel in parcels for shot in parcel.shots]
    bad = sorted(chance.sample(range(len(shots)), chance.randint(1, min(3, len(shots) // 2))))
    turn = chance.randrange(len(SPOIL))
    for number, n in enumerate(bad):
        shots[n] = SPOIL[(turn + number) % len(SPOIL)](shots[n], chance)
    good = [shot.body for shot in shots if shot.expect == STORED]
    twice = (chance.choice(good),) if chance.random() < 0.5 else ()
    return Parcel(parcels[-1].at, tuple(shots), twice)


def garbage(parcels: list[Parcel], chance: Random) -> list[Parcel]:
    """Some messages more that hold no reading at all."""
    added = []
    for number in range(max(1, min(3, len(parcels) // MESSAGES))):
        near = parcels[chance.randrange(len(parcels))]
        shot = near.shots[0]
        body = json.dumps(shot.body).encode()
        noise = NOISE[(number + chance.randrange(len(NOISE))) % len(NOISE)]
        heard = Shot(shot.patient, shot.device, shot.measure, near.at, {}, ("garbage",), NO_JSON)
        added.append(Parcel(near.at, (heard,), (), noise(body, chance)))
    return sorted(parcels + added, key=lambda parcel: parcel.at)


def _static(_: bytes, chance: Random) -> bytes:
    return b"\xff" + chance.randbytes(chance.randint(20, 200))


def _cut(body: bytes, chance: Random) -> bytes:
    return body[: chance.randint(10, len(body) - 5)]


def _portal(_: bytes, chance: Random) -> bytes:
    return f"<html><h1>502 Bad Gateway</h1><p>request {chance.getrandbits(48):012x}</p></html>".encode()


NOISE: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (_static, _cut, _portal)
