"""What a device says wrongly about a reading: a clock begun again, no unit, no offset, an absurd number."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simulators.wire import STORED, Body, Shot

SOUND_END: Final = 3
SHARE: Final = 0.012
MOST: Final = 6
RESET_SPAN: Final = timedelta(hours=4)
RESET_MOST: Final = 30  # readings with one wrong clock
RESETS: Final = 120  # readings of a device for each reset
EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001  a wall clock without battery; the device adds its own offset
UPTIME_APART: Final = timedelta(hours=6)  # so that two resets of one device never claim the same instant


# a factor that carries every number a living person could show beyond the plausible range
ABSURD: Final[Mapping[str, tuple[str, int]]] = {
    "blood_pressure": ("systolic", 5),
    "glucose": ("glucose", 30),
    "weight": ("weight", 10),
    "sleep": ("total_sleep", 10),
}


def sound(shots: Sequence[Shot]) -> list[int]:
    """Positions that a fault may touch: not a patient's first or last ones here, not what is faulty already."""
    free: list[int] = []
    for patient in dict.fromkeys(shot.patient for shot in shots):
        free += [n for n, shot in enumerate(shots) if shot.patient == patient][1:-SOUND_END]
    return sorted(n for n in free if shots[n].expect == STORED and "clock_fault" not in shots[n].truth)


def clock_reset(shots: list[Shot], chance: Random) -> list[Shot]:
    """For some readings in a row the clock starts again at 2000-01-01; not on a shared device, whose readings would
    then be nobody's."""
    shots = list(shots)
    if any("user" in shot.body for shot in shots):
        return shots
    for number in range(max(1, min(3, len(shots) // RESETS))):
        free = sound(shots)
        if free:
            first = free[chance.randrange(len(free))]
            uptime = number * UPTIME_APART + timedelta(seconds=chance.randint(60, 3000))
            _reset(shots, [n for n in free if n >= first][:RESET_MOST], uptime)
    return shots


def _reset(shots: list[Shot], row: Sequence[int], uptime: timedelta) -> None:
    head = shots[row[0]]
    began = datetime.fromisoformat(head.body.get("started_at", head.body["measured_at"]))
    shift = EPOCH.replace(tzinfo=began.tzinfo) + uptime - began
    for n in row:
        if shots[n].at - head.at < RESET_SPAN:
            times = {name: _shifted(shots[n].body[name], shift) for name in _times(shots[n].body)}
            shots[n] = _with(shots[n], {**shots[n].body, **times}, "clock_fault")


def _times(body: Body) -> list[str]:
    return [name for name in ("measured_at", "started_at") if name in body]


def _shifted(text: str, shift: timedelta) -> str:
    return (datetime.fromisoformat(text) + shift).isoformat(timespec="seconds")


def _with(shot: Shot, body: Body, label: str, expect: str = STORED) -> Shot:
    return Shot(shot.patient, shot.device, shot.measure, shot.at, body, (*shot.truth, label), expect)


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
    return _with(shot, {**shot.body, "values": values}, "unit_missing", "decode.unit_missing")


def out_of_range(shot: Shot, chance: Random) -> Shot:
    name, times = ABSURD[shot.measure]
    values = dict(shot.body["values"])
    number = values[name]["value"]
    if isinstance(number, str):  # LO and HI are beyond nothing
        return unitless(shot, chance)
    values[name] = {**values[name], "value": round(number * times, 1)}
    return _with(shot, {**shot.body, "values": values}, "out_of_range", "decode.out_of_range")


def offsetless(shot: Shot, _: Random) -> Shot:
    bare = datetime.fromisoformat(shot.body["measured_at"]).replace(tzinfo=None).isoformat(timespec="seconds")
    return _with(shot, {**shot.body, "measured_at": bare}, "offset_missing", "decode.offset_missing")
