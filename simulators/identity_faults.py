"""Ids and counts that a device must never begin again, begun again all the same.

An id that is used again is always that of the device's very first reading: nothing else is sent before this has its
receipt, so that it is known which of the two stays.
"""

from datetime import timedelta
from random import Random
from typing import Final

from simulators.clock_faults import begin_again
from simulators.reading_faults import relabelled, sound
from simulators.wire import Shot, boot_of

CONFLICT: Final = "store.conflict"
REUSED_MOST: Final = 2
RESET_LEAST: Final = 12  # readings of a device that is reset
WITHOUT_CLOCK: Final = 5  # readings until somebody sets it
UPTIME: Final = timedelta(hours=18)  # later in the day than other resets of a clock are


def id_reused(shots: list[Shot], chance: Random) -> list[Shot]:
    """A reading or two with the id of the first one: a conflict, and the first stays."""
    shots, free = list(shots), sound(shots)
    for n in chance.sample(free, min(len(free), chance.randint(1, REUSED_MOST))):
        body = {**shots[n].body, "id": shots[0].body["id"]}
        shots[n] = relabelled(shots[n], body, "id_reused", CONFLICT)
    return shots


def factory_reset(shots: list[Shot], chance: Random) -> list[Shot]:
    """Every other device is reset in the middle: its count, its boot counter and its clock start again. Its first
    reading then has the id of the very first, its next ones that of a new boot. Not a shared device, whose readings
    without a clock would be nobody's."""
    free = sound(shots)
    middle = free[len(free) // 3 : 2 * len(free) // 3]
    if len(shots) < RESET_LEAST or not middle or any("user" in shot.body for shot in shots) or chance.random() < 0.5:
        return shots
    at, boot = chance.choice(middle), boot_of(chance)
    again = shots[:at] + [_renamed(shot, boot, seq) for seq, shot in enumerate(shots[at:], start=1)]
    without = [n for n in free if at <= n < at + WITHOUT_CLOCK]
    begin_again(again, without, UPTIME + timedelta(seconds=chance.randint(60, 3000)))
    body = {**again[at].body, "id": shots[0].body["id"]}
    again[at] = relabelled(again[at], body, "factory_reset", CONFLICT)
    return again


def _renamed(shot: Shot, boot: str, seq: int) -> Shot:
    body = {**shot.body, "id": f"{boot}-{seq:06d}", "seq": seq}
    return Shot(shot.patient, shot.device, shot.measure, shot.at, body, shot.truth, shot.expect)
