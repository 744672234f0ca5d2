"""From what was attributed to the tuples that the driver inserts, in one fixed column order a measure."""

from collections.abc import Iterator
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
EVERY_COMPONENT: Final = tuple(name for names in COMPONENTS.values() for name in names)


def encode(value: object) -> str:
    """Compact JSON."""
    return to_json(value).decode()


def reading_row(found: Attributed, delivery: Delivery, stored_at: datetime, dialect: Dialect) -> Row:
    """One row of `reading`, only the components of its measure at the end."""
    reading, instant, uuid = found.reading, dialect.instant, dialect.uuid
    return (
        uuid(reading.id), uuid(delivery.id), reading.device_id, dialect.small(reading.slot), found.patient_id,
        uuid(found.assignment_id), reading.measure, reading.stream, reading.given_id, dialect.big(reading.seq),
        instant(found.started_at), instant(found.measured_at), dialect.small(reading.utc_offset),
        reading.device_time, found.time_source, found.time_quality, instant(delivery.received_at),
        instant(stored_at), encode(found.quality), reading.comparator, encode(dict(reading.context)),
        encode(dict(reading.as_sent)), reading.content_digest,
        *(dialect.number(found.values.get(name)) for name in COMPONENTS[reading.measure]),
    )  # fmt: skip


def widened(measure: str, rows: list[Row]) -> Iterator[Row]:
    """The same rows with every component of the catalogue, those of other measures empty."""
    start = EVERY_COMPONENT.index(COMPONENTS[measure][0])
    before, after = (None,) * start, (None,) * (len(EVERY_COMPONENT) - start - len(COMPONENTS[measure]))
    for row in rows:
        yield row[: len(COMMON)] + before + row[len(COMMON) :] + after
