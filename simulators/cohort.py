"""A cohort's days, planned before anything is sent: the same arguments give the same plan, byte for byte."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from simulators.conditions import CONDITIONS
from simulators.conditions.condition import Condition
from simulators.content_faults import CONTENT_FAULTS, OF_MESSAGES, OF_READINGS
from simulators.household import ALL, Part, Worn, residents
from simulators.oracle.expect import flags_expected
from simulators.oracle.silence import silences_expected
from simulators.plan import Plan, Silence, Taken, Upload
from simulators.series import dice
from simulators.wire import STORED, Parcel, Shot, body_of, boot_of, taken_of, upload_of

__all__ = ["CONTENT_FAULTS", "open_silences", "plan"]

DELAY: Final = (4, 25)  # seconds from a reading to its message
Members = Callable[[int], Sequence[Condition]]


def in_turn(patients: int) -> Sequence[Condition]:
    """The conditions in turn, so that a few patients show them all."""
    return [CONDITIONS[index % len(CONDITIONS)] for index in range(patients)]


def plan(
    *,
    patients: int,
    days: int,
    seed: int,
    until: datetime,
    faults: frozenset[str],
    members: Members = in_turn,
    part: Part = ALL,
) -> Plan:
    """`days` days that end at `until` (aware). Names in `faults` that are not `CONTENT_FAULTS` are for others.
    `members` says which condition each of the patients has; of their homes `part` alone is planned, as it would be
    among all.

    A reading's id holds the seed and the end, so that another run's devices never use an id again. The last readings
    of a stream lie within a day of `until`, but for the patient who has fallen silent.
    """
    until = until.astimezone(UTC).replace(microsecond=0)
    mark = hashlib.sha256(f"hearthline home {seed}".encode()).hexdigest()[:8]
    homes = residents(mark, members(patients), until - timedelta(days=days), until, part)
    people = tuple(home.patient for home in homes)
    devices = _by_device(worn for home in homes for worn in home.worn)
    parcels = sorted((one for worn in devices for one in _parcels(worn, until, faults)), key=lambda parcel: parcel.at)
    taken = [[taken_of(shot) for shot in parcel.shots] for parcel in parcels]
    everything = [one for ones in taken for one in ones]
    starts = flags_expected(people, everything)
    uploads = [_upload(parcel, ones, starts) for parcel, ones in zip(parcels, taken, strict=True)]
    return Plan(seed, until, people, tuple(uploads), tuple(silences_expected(people, everything, until)))


def open_silences(plan: Plan, now: datetime) -> tuple[Silence, ...]:
    """Streams silent past their first limit at `now` (aware), which is at or after the plan's end: with the closed
    ones among `plan.silences` all that an evaluator should have seen by then."""
    taken = [one for upload in plan.uploads for one in upload.readings]
    return tuple(one for one in silences_expected(plan.patients, taken, now) if one.end is None)


def _by_device(worn: Iterable[Worn]) -> Iterable[list[Worn]]:
    groups: dict[str, list[Worn]] = {}
    for one in worn:
        groups.setdefault(one.device.id, []).append(one)
    return groups.values()


def _parcels(users: list[Worn], until: datetime, faults: frozenset[str]) -> list[Parcel]:
    """Everything one device sends, in order; its users take turns."""
    device = users[0].device.id
    shots = _shots(users, boot_of(dice(device, "boot", until.isoformat())))
    for name in (name for name in OF_READINGS if name in faults):
        shots = OF_READINGS[name](shots, dice(device, name))
    parcels = _batched(shots, users[0].model.batch, until, dice(device, "batches"))
    for name in (name for name in OF_MESSAGES if name in faults and parcels):
        parcels = OF_MESSAGES[name](parcels, dice(device, name))
    return parcels


def _shots(users: list[Worn], boot: str) -> list[Shot]:
    """One count a device, over all its users."""
    turns = sorted(((sample.at, n, sample) for n, user in enumerate(users) for sample in user.samples), key=_when)
    shots = []
    for seq, (at, n, sample) in enumerate(turns, start=1):
        user = users[n]
        body = body_of(user.model, sample, user.zone, f"{boot}-{seq:06d}", seq, user.device.slot)
        shots.append(Shot(user.patient, user.device.id, user.model.measure, at, body, sample.truth))
    return shots


def _when(turn: tuple[datetime, int, object]) -> tuple[datetime, int]:
    return turn[0], turn[1]


def _batched(shots: Sequence[Shot], size: tuple[int, int], until: datetime, chance: Random) -> list[Parcel]:
    parcels = []
    begin = 0
    while begin < len(shots):
        part = tuple(shots[begin : begin + chance.randint(*size)])
        begin += len(part)
        sent = part[-1].at + timedelta(seconds=chance.randint(*DELAY))
        parcels.append(Parcel(min(sent, until), part))
    return parcels


def _upload(parcel: Parcel, taken: Sequence[Taken], starts: dict[tuple[str, str], tuple[str, ...]]) -> Upload:
    """The message, each of its readings that will be stored with the rules whose episode starts there."""
    readings = [
        replace(one, expect_flags=starts.get((one.device, one.id or ""), ())) if one.expect == STORED else one
        for one in taken
    ]
    return upload_of(parcel, readings)
