"""What a device says wrongly about a reading: no unit, no offset, an absurd number, another person's; its clock and ids
are in files of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, Final

from simulators.wire import STORED, Body, Shot

SOUND_END: Final = 3
TOUCHED: Final = frozenset({"clock_fault", "clock_slow", "other_person", "factory_reset"})
SHARE: Final = 0.012
MOST: Final = 6


# a factor that carries every number a living person could show beyond the plausible range
ABSURD: Final[Mapping[str, tuple[str, int]]] = {
    "blood_pressure": ("systolic", 10),
    "glucose": ("glucose", 100),
    "weight": ("weight", 100),
    "sleep": ("total_sleep", 100),
}


# another body by so much, well within what a living person could show
OTHERS: Final[Mapping[str, tuple[float, float]]] = {"weight": (0.6, 0.85), "blood_pressure": (0.8, 0.92)}


def sound(shots: Sequence[Shot]) -> list[int]:
    """Positions that a fault may touch: not a patient's first or last ones here, not what is faulty already."""
    free: list[int] = []
    for patient in dict.fromkeys(shot.patient for shot in shots):
        free += [n for n, shot in enumerate(shots) if shot.patient == patient][1:-SOUND_END]
    return sorted(n for n in free if shots[n].expect == STORED and TOUCHED.isdisjoint(shots[n].truth))


def relabelled(shot: Shot, body: Body, label: str, expect: str = STORED) -> Shot:
    """The same reading said in another way."""
    return Shot(shot.patient, shot.device, shot.measure, shot.at, body, (*shot.truth, label), expect)


def other_person(shots: list[Shot], chance: Random) -> list[Shot]:
    """Somebody else in the home steps on the scale, or puts on the cuff: it is stored under whoever holds the device;
    rules of a trend leave out a weight that is far from the others, all else sees it as it was measured."""
    shots = list(shots)
    free = [n for n in sound(shots) if shots[n].measure in OTHERS]
    for n in chance.sample(free, min(len(free), _few(len(shots)), 2)):
        low, high = OTHERS[shots[n].measure]
        times = chance.uniform(low, high)
        values = {name: _of_another(name, sent, times) for name, sent in shots[n].body["values"].items()}
        shots[n] = relabelled(shots[n], {**shots[n].body, "values": values}, "other_person")
    return shots


def _of_another(name: str, sent: Mapping[str, Any], times: float) -> Mapping[str, Any]:
    """In the digits that the device shows."""
    if name == "pulse":
        return sent
    number = sent["value"] * times
    return {**sent, "value": round(number) if isinstance(sent["value"], int) else round(number, 1)}


def unit_missing(shots: list[Shot], chance: Random) -> list[Shot]:
    """One component of a reading goes without its unit."""
    shots = list(shots)
    free = sound(shots)
    for n in chance.sample(free, min(len(free), _few(len(shots)))):
        shots[n] = unitless(shots[n], chance)
    return shots


def _few(count: int) -> int:
    return min(MOST, max(1, round(count * SHARE)))


def unitless(shot: Shot, chance: Random) -> Shot:
    values = dict(shot.body["values"])
    name = chance.choice(sorted(values))
    values[name] = {"value": values[name]["value"]}
    return relabelled(shot, {**shot.body, "values": values}, "unit_missing", "decode.unit_missing")


def out_of_range(shot: Shot, chance: Random) -> Shot:
    name, times = ABSURD[shot.measure]
    values = dict(shot.body["values"])
    number = values[name]["value"]
    if isinstance(number, str):  # LO and HI are beyond nothing
        return unitless(shot, chance)
    values[name] = {**values[name], "value": round(number * times, 1)}
    return relabelled(shot, {**shot.body, "values": values}, "out_of_range", "decode.out_of_range")


def offsetless(shot: Shot, _: Random) -> Shot:
    bare = datetime.fromisoformat(shot.body["measured_at"]).replace(tzinfo=None).isoformat(timespec="seconds")
    return relabelled(shot, {**shot.body, "measured_at": bare}, "offset_missing", "decode.offset_missing")
