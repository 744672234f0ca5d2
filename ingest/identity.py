"""What a reading is called and what it says, computed from the payload alone (contract, *Identity*).

Neither the time of receipt, nor a clock correction, nor who held the device enters: delivering a message again, to any
worker, gives the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

from models.keys import ordered_id

# Every accepted number (40 characters) times every factor is exact; nothing traps, so no number can raise.
EXACT: Final = Context(prec=60, traps=[])


@dataclass(frozen=True, slots=True)
class Content:
    """`values` are component -> canonical text (`canonical`); instants are aware UTC as sent."""

    measure: str
    slot: int | None
    started_at: datetime | None
    measured_at: datetime
    values: Mapping[str, str]


def canonical(value: Decimal, unit: str) -> str:
    """A number in the catalogue's unit, spelt in one way: 128.0, 1.28e2 and 128 are the same, so are -0 and 0."""
    plain = format(value.normalize(EXACT), "f") if value else "0"
    return f"{plain} {unit}"


def content_digest(content: Content) -> str:
    """SHA-256 (hex) of measure, instants, slot and values; not of clock, seq, context or the offset's spelling."""
    return sha256("\n".join((*_head(content), str(content.started_at), *_values(content))).encode()).hexdigest()


def reading_id(device_id: str, given_id: str | None, content: Content) -> UUID:
    """UUID version 8 (RFC 9562): 48 bits of the device's time as sent in ms, so that the index stays local, the rest of
    SHA-256 over (device, id), or over device and content when the device gave no id."""
    parts = ("id", device_id, given_id) if given_id else ("content", device_id, *_head(content), *_values(content))
    return ordered_id(content.measured_at, int.from_bytes(sha256("\n".join(parts).encode()).digest()[:10]))


def _head(content: Content) -> tuple[str, str, str]:
    return content.measure, str(content.slot), content.measured_at.isoformat()


def _values(content: Content) -> list[str]:
    return [f"{name}={content.values[name]}" for name in sorted(content.values)]
