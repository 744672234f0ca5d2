"""One reading as JSON text, by the contract's words; what no server would take is refused where it is made."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

DEVICE: Final = re.compile(r"[a-z0-9-]{8,40}")
MEASURE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Number = int | float | Decimal
Values = Mapping[str, tuple[Number | str, str]]
"""Component -> (number, or LO or HI, and its unit): `{"systolic": (128, "mmHg")}`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the device measured. `measured_at` is aware, the end for what lasted; `clock` a pair (device's clock,
    trusted clock) read at one moment; `user` the slot on a shared device."""

    measure: str
    values: Values
    measured_at: datetime
    started_at: datetime | None = None
    user: int | None = None
    context: Mapping[str, str] | None = None
    clock: tuple[datetime, datetime] | None = None


def text_of(at: datetime) -> str:
    """RFC 3339 with the offset of `at`. Raises ValueError when it has none."""
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a time needs its offset: use datetime.now().astimezone()")
    return (at.astimezone(UTC) if offset.seconds % 60 else at).isoformat()


def say(reading: Reading, name: str, seq: int) -> str:
    """The element with id `name`. Raises ValueError for what could never be stored: no offset, no unit, no number."""
    fields = {"id": json.dumps(name), "seq": str(seq), "measured_at": json.dumps(text_of(reading.measured_at))}
    if reading.started_at is not None:
        fields["started_at"] = json.dumps(text_of(reading.started_at))
    if reading.user is not None:
        fields["user"] = json.dumps(reading.user)
    if reading.clock is not None:
        own, reference = map(text_of, reading.clock)
        fields["clock"] = json.dumps({"device": own, "reference": reference}, separators=(",", ":"))
    fields["values"] = _object({component: _quantity(*value) for component, value in reading.values.items()})
    if reading.context:
        fields["context"] = json.dumps(dict(reading.context), separators=(",", ":"))
    return _object(fields)


def check_measure(measure: str) -> None:
    """Raises ValueError for what cannot stand in a topic."""
    if MEASURE.fullmatch(measure) is None:
        raise ValueError(f"{measure!r} is no measure; one is blood_pressure, glucose, weight or sleep")


def check_device(device: str) -> None:
    """Raises ValueError for what is no device id."""
    if DEVICE.fullmatch(device) is None:
        raise ValueError(f"{device!r} is no device id: 8 to 40 of a-z, 0-9 and -")


def _object(fields: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in fields.items()) + "}"


def _quantity(value: Number | str, unit: str) -> str:
    if not unit:
        raise ValueError("a value needs its unit; for counts it is 1")
    return _object({"value": _digits(value), "unit": json.dumps(unit)})


def _digits(value: Number | str) -> str:
    """The digits as they are: a Decimal is never made a float."""
    if value in ("LO", "HI"):
        return json.dumps(value)
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{value!r} is neither a number nor LO or HI")
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
