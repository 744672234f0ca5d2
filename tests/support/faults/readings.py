"""What simulated devices say: readings with a known meaning for the rules, and faulty ones with a known verdict."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.support.faults.truth import Element, digest_of

Body = dict[str, Any]
Values = Mapping[str, tuple[str, str]]
STRANGER = "stranger-0001"
# Over a quarter of an hour, so that no blood pressure is another's repeat: each severe one is confirmed by waiting.
STEP = timedelta(minutes=16)


@dataclass(slots=True)
class Device:
    """`at` is the next reading's time; `last` the newest one that has a receipt, for saying its id again."""

    id: str
    patient: str
    measure: str
    at: datetime
    made: int = 0
    last: str | None = None


@dataclass(slots=True)
class Parcel:
    """One message: its exact bytes, and the receipts that are still due."""

    device: str
    topic: str
    payload: bytes
    elements: Sequence[Element]
    due: set[tuple[str, str | int, str | None]] = field(default_factory=set)
    tries: int = 0
    next_try: float = 0.0


def pressure(chance: Random) -> tuple[str, Values]:
    judged = chance.choices(("plain", "severe", "clear"), (20, 3, 77))[0]
    low, high = {"plain": (171, 178), "severe": (181, 230), "clear": (100, 165)}[judged]
    return judged, {
        "systolic": (str(chance.randint(low, high)), "mmHg"),
        "diastolic": (str(chance.randint(60, 95)), "mmHg"),
    }


def fingerstick(chance: Random) -> tuple[str, Values]:
    judged = chance.choices(("low", "extreme", "plain"), (3, 2, 95))[0]
    low, high = {"low": (30, 53), "extreme": (400, 550), "plain": (70, 300)}[judged]
    return judged, {"glucose": (str(chance.randint(low, high)), "mg/dL")}


def weighing(chance: Random) -> tuple[str, Values]:
    unit, low, high = chance.choice((("kg", 700, 720), ("lb", 1540, 1590)))
    return "plain", {"weight": (f"{chance.randint(low, high) / 10:.1f}", unit)}


MEASURES: Mapping[str, Callable[[Random], tuple[str, Values]]] = {
    "blood_pressure": pressure, "glucose": fingerstick, "weight": weighing,
}  # fmt: skip


def _first(body: Body) -> Body:
    return body["values"][next(iter(body["values"]))]  # type: ignore[no-any-return]  # a body is made of such


def _change(body: Body, **entries: Any) -> None:
    _first(body).update(entries)


# What a faulty device makes of a good reading, and the verdict that the contract gives it.
FAULTY: Mapping[str, Callable[[Body], object]] = {
    "decode.unit_missing": lambda body: _first(body).pop("unit"),
    "decode.unit_not_accepted": lambda body: _change(body, unit="furlong"),
    "decode.not_a_number": lambda body: _change(body, value="128"),
    "decode.not_finite": lambda body: _change(body, value=float("nan")),
    "decode.out_of_range": lambda body: _change(body, value=99999),
    "decode.offset_missing": lambda body: body.update(measured_at=body["measured_at"].removesuffix("+00:00")),
    "decode.component_missing": lambda body: body.update(values={}),
    "decode.bad_seq": lambda body: body.update(seq=-1),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An element before its message exists."""

    device: Device
    body: Body
    expect: str
    judged: str
    digest: str | None


def take(device: Device, chance: Random, *, bad: float) -> Draft:
    """The device's next reading; with chance `bad` faulty in one of the ways of the table."""
    judged, values = MEASURES[device.measure](chance)
    at, device.at, device.made = device.at, device.at + STEP, device.made + 1
    body: Body = {
        "id": f"{device.id[-4:]}-{device.made:07d}", "seq": device.made, "measured_at": at.isoformat(),
        "values": {name: {"value": json.loads(value), "unit": unit} for name, (value, unit) in values.items()},
    }  # fmt: skip
    if device.measure == "glucose":
        body["context"] = {"specimen": "capillary"}
    if chance.random() >= bad:
        return Draft(device, body, "stored", judged, digest_of(device.patient, device.measure, at, values))
    if device.last is not None and chance.random() < 0.2:
        return Draft(device, {**body, "id": device.last}, "store.conflict", "plain", None)
    expect = chance.choice(sorted(FAULTY))
    FAULTY[expect](body)
    return Draft(device, body, expect, "plain", None)


def pack(drafts: Sequence[Draft]) -> Parcel:
    """One message of readings of one device: an object, or an array of several."""
    device, bodies = drafts[0].device, [draft.body for draft in drafts]
    return _parcel(device.id, device.measure, json.dumps(bodies if len(bodies) > 1 else bodies[0]).encode(), drafts)


def garbage(device: Device, chance: Random) -> Parcel:
    """Bytes that are no JSON."""
    noise = b"{" + chance.randbytes(chance.randint(5, 60))
    return _parcel(device.id, device.measure, noise, [Draft(device, {}, "decode.not_json", "plain", None)])


def stranger(device: Device, chance: Random) -> Parcel:
    """A reading from a device that nobody enrolled."""
    draft = take(device, chance, bad=0)
    unknown = Draft(device, draft.body, "identify.unknown_device", "plain", None)
    return _parcel(STRANGER, device.measure, json.dumps(draft.body).encode(), [unknown])


def _parcel(publisher: str, measure: str, payload: bytes, drafts: Sequence[Draft]) -> Parcel:
    sha = hashlib.sha256(payload).hexdigest()
    elements = [
        Element(
            sha, number, publisher, draft.body.get("id"), draft.body.get("measured_at"), draft.device.patient,
            measure, draft.expect, draft.digest, draft.judged,
        )
        for number, draft in enumerate(drafts)
    ]  # fmt: skip
    topic = f"hearthline/v1/up/{publisher}/{measure}"
    return Parcel(publisher, topic, payload, elements, {element.key for element in elements})
