"""What decode answers: for every element of a payload either a reading or the reason it is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Clock:
    """A coincident pair: the device's clock and a trusted clock read at the same moment; both aware UTC."""

    device: datetime
    reference: datetime


@dataclass(frozen=True, slots=True)
class Decoded:
    """One valid reading, not yet anybody's. `at` is the JSON pointer to it in its payload.

    `id` is derived from the identity (contract, *Identity*), `content_digest` from the content. `device_id` is the
    device that measured (the payload's, else the topic's). `values` are doubles in the catalogue's unit, `as_sent`
    component -> (decimal text or LO/HI, unit). `measured_at` is aware UTC, `utc_offset` minutes east, `device_time`
    the text as sent. `quality` are sorted marks. `time_quality` is good or doubtful.
    """

    element: int
    at: str
    id: UUID
    content_digest: str
    device_id: str
    measure: str
    stream: str
    slot: int | None
    given_id: str | None
    seq: int | None
    started_at: datetime | None
    measured_at: datetime
    utc_offset: int
    device_time: str
    time_quality: str
    clock: Clock | None
    values: Mapping[str, float]
    as_sent: Mapping[str, tuple[str, str]]
    comparator: str | None
    context: Mapping[str, str]
    quality: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why an element is no reading. `pointer` is a JSON pointer into the payload; `detail` never quotes a value.

    `given_id` and `measured_at` (as sent) are what the receipt repeats, `seq` is the device's number of it, `device_id`
    the device that the payload names (None: the topic's); each None where unreadable.
    """

    element: int
    code: str
    pointer: str
    detail: str
    given_id: str | None = None
    measured_at: str | None = None
    seq: int | None = None
    device_id: str | None = None

    @classmethod
    def of(cls, reading: Decoded, code: str, pointer: str, detail: str) -> Self:
        """A reading that was refused after it had been decoded; `pointer` is within the reading."""
        named = reading.given_id, reading.device_time, reading.seq, reading.device_id
        return cls(reading.element, code, reading.at + pointer, detail, *named)


@dataclass(frozen=True, slots=True)
class Status:
    """What a heartbeat says: battery in percent, the device's own clock (aware UTC), readings not sent yet, how often
    it was started. None for what was not said, or not so that it could be read."""

    battery: int | None = None
    firmware: str | None = None
    clock: datetime | None = None
    waiting: int | None = None
    boots: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A status or symptoms message: counted, not a reading."""

    element: int = 0
    status: Status | None = None


Outcome = Decoded | Rejected | Noted
