"""One JSON object to one reading, or to everything that is wrong with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from ingest.decode.context import read_context
from ingest.decode.digits import LARGEST_SEQ, whole_number
from ingest.decode.element import DEVICE, Element, readable_id, reject
from ingest.decode.layout import LAYOUTS, Layout, stream
from ingest.decode.quantity import Quantity, read_values
from ingest.decode.times import Instant, read_clock, read_measured_at, read_started_at
from ingest.decode.topic import Topic
from ingest.decoded import Clock, Decoded, Rejected
from ingest.identity import Content, content_digest, reading_id

LARGEST_SLOT: Final = 255
MICROSECOND: Final = timedelta(microseconds=1)
MICROSECONDS_A_MINUTE: Final = 60_000_000
NOTHING: Final = Decimal(0)


class Envelope(NamedTuple):
    """What came around the values. `measured_at` is None only where a fault says why."""

    given_id: str | None
    seq: int | None
    measured_at: Instant | None
    started_at: Instant | None
    device_id: str
    slot: int | None
    clock: Clock | None
    context: Mapping[str, str]


def read_element(element: Element, source: Topic, received_at: datetime) -> Decoded | Rejected:
    """Every field is read, whatever was wrong before, so that all faults are found; values are compared if none was."""
    layout = LAYOUTS[source.leaf]
    envelope = _envelope(element, layout, source, received_at)
    quantities = read_values(element, layout, envelope.context.get("specimen"))
    if not element.faults:
        _compare(element, layout, envelope, quantities)
    if element.faults:
        return reject(element.index, element.node, element.faults)
    return _reading(element, layout, envelope, quantities)


def _envelope(element: Element, layout: Layout, source: Topic, received_at: datetime) -> Envelope:
    given_id, seq = _given_id(element), _integer(element, "seq", LARGEST_SEQ)
    end = read_measured_at(element, received_at)
    start = read_started_at(element, end) if layout.interval else None
    device_id, slot = _device(element, source.device), _integer(element, "user", LARGEST_SLOT)
    clock, context = read_clock(element, end), read_context(element, layout.context)
    if layout.specimens:
        context.setdefault("specimen", layout.specimens[0])
    return Envelope(given_id, seq, end, start, device_id, slot, clock, context)


def _given_id(element: Element) -> str | None:
    sent = element.node.get("id")
    found = readable_id(sent)
    if found is None and sent is not None:
        element.refuse("decode.bad_id", "/id")
    return found


def _integer(element: Element, field: str, largest: int) -> int | None:
    sent = element.node.get(field)
    found = whole_number(sent, largest)
    if found is None and sent is not None:
        element.refuse(f"decode.bad_{field}", f"/{field}")
    return found


def _device(element: Element, publisher: str) -> str:
    sent = element.node.get("device")
    if sent is None:
        return publisher
    if type(sent) is not str or not DEVICE.fullmatch(sent):
        element.refuse("decode.bad_device", "/device")
        return publisher
    return sent


def _compare(element: Element, layout: Layout, envelope: Envelope, quantities: Mapping[str, Quantity]) -> None:
    if not layout.checks:
        return
    start, end = envelope.started_at, envelope.measured_at
    minutes = Decimal((end.at - start.at) // MICROSECOND) / MICROSECONDS_A_MINUTE if start and end else NOTHING
    numbers = {name: quantity.value for name, quantity in quantities.items()}
    for check in layout.checks:
        check(element, numbers, minutes)


def _reading(element: Element, layout: Layout, envelope: Envelope, quantities: Mapping[str, Quantity]) -> Decoded:
    end, start = envelope.measured_at, envelope.started_at
    assert end is not None, "a time that cannot be read is a fault"
    said = {name: each.canonical for name, each in quantities.items()}
    content = Content(layout.code, envelope.slot, start and start.at, end.at, said)
    return Decoded(
        element=element.index,
        at=element.at,
        id=reading_id(envelope.device_id, envelope.given_id, content),
        content_digest=content_digest(content),
        device_id=envelope.device_id,
        measure=layout.code,
        stream=stream(layout.code, envelope.context.get("specimen"), envelope.context.get("kind")),
        slot=envelope.slot,
        given_id=envelope.given_id,
        seq=envelope.seq,
        started_at=content.started_at,
        measured_at=end.at,
        utc_offset=end.offset,
        device_time=end.text,
        time_quality="doubtful" if "clock_doubtful" in element.marks else "good",
        clock=envelope.clock,
        values={name: each.double for name, each in quantities.items() if name not in element.withheld},
        as_sent={name: (each.text, each.unit) for name, each in quantities.items()},
        comparator=next((each.comparator for each in quantities.values() if each.comparator), None),
        context=envelope.context,
        quality=tuple(sorted(element.marks)),
    )
