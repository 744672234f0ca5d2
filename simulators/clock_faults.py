"""Clocks that are wrong: begun again at the factory default, or slow by minutes to hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from simulators.reading_faults import relabelled, sound
from simulators.wire import Body, Shot

RESET_SPAN: Final = timedelta(hours=4)
RESET_MOST: Final = 30  # readings with one wrong clock
RESETS: Final = 120  # readings of a device for each reset
EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001  a wall clock without battery; the device adds its own offset
UPTIME_APART: Final = timedelta(hours=6)  # so that two resets of one device never claim the same instant
SLOW: Final = (3 * 60, 3 * 3600)  # seconds
SLOW_MOST: Final = 30  # readings with one slow clock


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
            begin_again(shots, [n for n in free if n >= first][:RESET_MOST], uptime)
    return shots


def begin_again(shots: list[Shot], row: Sequence[int], uptime: timedelta) -> None:
    """The readings of `row` within four hours of its first, under a clock that began at 2000-01-01 + `uptime`."""
    head = shots[row[0]]
    began = datetime.fromisoformat(head.body.get("started_at", head.body["measured_at"]))
    shift = EPOCH.replace(tzinfo=began.tzinfo) + uptime - began
    for n in row:
        if shots[n].at - head.at < RESET_SPAN:
            times = {name: _shifted(shots[n].body[name], shift) for name in _times(shots[n].body)}
            shots[n] = relabelled(shots[n], {**shots[n].body, **times}, "clock_fault")


def _times(body: Body) -> list[str]:
    return [name for name in ("measured_at", "started_at") if name in body]


def _shifted(text: str, shift: timedelta) -> str:
    return (datetime.fromisoformat(text) + shift).isoformat(timespec="seconds")


def clock_slow(shots: list[Shot], chance: Random) -> list[Shot]:
    """For some readings in a row the clock is minutes to hours behind: nothing in them says so, and they are stored as
    sent."""
    shots, free = list(shots), sound(shots)
    if not free:
        return shots
    slow, at = chance.randint(*SLOW), chance.randrange(len(free))
    row = free[at : at + min(SLOW_MOST, 1 + len(shots) // 10)]
    said = {said_by(shot) for n, shot in enumerate(shots) if n not in row}
    moved = [said_by(shots[n]) for n in row]
    behind = next(s for s in map(_seconds, count(slow)) if said.isdisjoint(at - s for at in moved))
    for n in row:
        times = {name: _shifted(shots[n].body[name], -behind) for name in _times(shots[n].body)}
        shots[n] = relabelled(shots[n], {**shots[n].body, **times}, "clock_slow")
    return shots


def said_by(shot: Shot) -> datetime:
    return datetime.fromisoformat(shot.body["measured_at"])


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)
