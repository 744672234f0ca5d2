"""From what was attributed to the tuples that the driver inserts, in one fixed column order a measure."""

from datetime import datetime
from typing import Any, Final

from msgspec.json import encode as to_json

from ingest.delivery import Attributed, Delivery
from models.dialect import Dialect
from models.measures import CATALOGUE

Row = tuple[Any, ...]

COMMON: Final = (
    "id", "message_id", "device_id", "slot", "patient_id", "assignment_id", "measure", "stream", "given_id", "seq",
    "started_at", "measured_at", "utc_offset", "device_time", "time_source", "time_quality", "received_at",
    "stored_at", "quality", "comparator", "context", "as_sent", "content_digest",
)  # fmt: skip
COMPONENTS: Final = {code: tuple(each.name for each in measure.components) for code, measure in CATALOGUE.items()}


def encode(value: object) -> str:
    """Compact JSON."""
    return to_json(value).decode()


def reading_row(found: Attributed, delivery: Delivery, stored_at: datetime, dialect: Dialect) -> Row:
    """One row of `reading`, only the components of its measure at the end."""
    reading, instant = found.reading, dialect.instant
    return (
        reading.id.hex, delivery.id.hex, reading.device_id, reading.slot, found.patient_id, found.assignment_id.hex,
        reading.measure, reading.stream, reading.given_id, reading.seq,
        found.started_at and instant(found.started_at), instant(found.measured_at), reading.utc_offset,
        reading.device_time, found.time_source, found.time_quality, instant(delivery.received_at),
        instant(stored_at), encode(found.quality), reading.comparator, encode(dict(reading.context)),
        encode(dict(reading.as_sent)), reading.content_digest,
        *map(found.values.get, COMPONENTS[reading.measure]),
    )  # fmt: skip
