"""A reading as it goes over the wire, by the contract's words; our own writing of them, not the decoder's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulators.devices import Model, shown
from simulators.plan import Taken, Upload
from simulators.series import Sample

STORED: Final = "stored"
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing to mistake when read aloud
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shot:
    """One reading on its way into a message: `at` is the true instant, `body` the JSON object that will be sent."""

    patient: str
    device: str
    measure: str
    at: datetime
    body: Body
    truth: tuple[str, ...]
    expect: str = STORED


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to be: `extra` are elements that repeat one of `shots`, `noise` the bytes where it holds no JSON."""

    at: datetime
    shots: tuple[Shot, ...]
    extra: tuple[Body, ...] = ()
    noise: bytes | None = None


def boot_of(chance: Random) -> str:
    """What the ids of one boot of a device begin with."""
    return "".join(chance.choice(ALPHABET) for _ in range(8))


def text_of(at: datetime, zone: ZoneInfo) -> str:
    """RFC 3339 with the offset in force there at that instant."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def body_of(model: Model, sample: Sample, zone: ZoneInfo, name: str, seq: int, slot: int | None) -> Body:
    """The element for one sample; `name` is its id."""
    body: dict[str, Any] = {"id": name, "seq": seq, "measured_at": text_of(sample.at, zone)}
    if sample.began is not None:
        body["started_at"] = text_of(sample.began, zone)
    if slot is not None:
        body["user"] = slot
    return body | {"values": shown(model, sample.values), "context": dict(sample.context)}


def taken_of(shot: Shot) -> Taken:
    """The ledger's side of a shot; which episodes start there is found out later."""
    body = shot.body
    return Taken(
        shot.patient, shot.device, shot.measure, body.get("id"), body.get("measured_at"), shot.at,
        body.get("values", {}), body.get("context", {}), shot.truth, shot.expect, (),
    )  # fmt: skip


def upload_of(parcel: Parcel, readings: Sequence[Taken]) -> Upload:
    """The message with its exact bytes: an object for one reading, an array for more."""
    first = parcel.shots[0]
    elements = [shot.body for shot in parcel.shots] + list(parcel.extra)
    payload = parcel.noise
    if payload is None:
        payload = json.dumps(elements if len(elements) > 1 else elements[0], separators=(",", ":")).encode()
    return Upload(first.device, first.measure, parcel.at, payload, tuple(readings))
