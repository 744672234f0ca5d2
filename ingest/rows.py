"""From what was attributed to the tuples that the driver inserts, in one fixed column order a measure."""

from dataclasses import dataclass
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


def _padding(measure: str) -> tuple[Row, Row]:
    """The empty fields before and after the measure's own among those of all measures."""
    start, own = EVERY_COMPONENT.index(COMPONENTS[measure][0]), len(COMPONENTS[measure])
    return (None,) * start, (None,) * (len(EVERY_COMPONENT) - start - own)


PADDING: Final = {measure: _padding(measure) for measure in COMPONENTS}
NONE: Final[tuple[Row, Row]] = (), ()


def encode(value: object) -> str:
    """Compact JSON."""
    return to_json(value).decode()


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Makes the rows of `reading` that are stored at one instant; `stored_at` is a field as the dialect makes it."""

    dialect: Dialect
    stored_at: Any

    def row(self, found: Attributed, delivery: Delivery) -> Row:
        """One row in the order of COMMON and the components: its measure's, or (where rows are wide) everybody's."""
        reading, dialect = found.reading, self.dialect
        instant, uuid, small = dialect.instant, dialect.uuid, dialect.small
        before, after = PADDING[reading.measure] if dialect.wide else NONE
        return (
            uuid(reading.id), uuid(delivery.id), reading.device_id, small(reading.slot), found.patient_id,
            uuid(found.assignment_id), reading.measure, reading.stream, reading.given_id, dialect.big(reading.seq),
            instant(found.started_at), instant(found.measured_at), small(reading.utc_offset), reading.device_time,
            found.time_source, found.time_quality, instant(delivery.received_at), self.stored_at,
            encode(found.quality), reading.comparator, encode(reading.context), encode(reading.as_sent),
            reading.content_digest,
            *before, *map(dialect.number, map(found.values.get, COMPONENTS[reading.measure])), *after,
        )  # fmt: skip
