"""Times as devices send them, and what their age says about them; clinical reference §2.5."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ingest.decode.element import Element
from ingest.decoded import Clock

RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"([Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
)
WIDEST_OFFSET: Final = timedelta(hours=14)
MINUTE: Final = timedelta(minutes=1)
FIRST_TRUSTED_DATE: Final = "2000-01-02"
AHEAD: Final = -timedelta(minutes=5)
IN_FUTURE: Final = timedelta(hours=24)
TOO_FAR_AHEAD: Final = -IN_FUTURE
LATE: Final = timedelta(hours=24)
OLD: Final = timedelta(days=90)


class Instant(NamedTuple):
    """`at` is aware UTC, `offset` minutes east, `text` as sent."""

    at: datetime
    offset: int
    text: str

    @property
    def doubtful(self) -> bool:
        """Factory defaults: 1970, 2000-01-01, and anything before; the local date as sent decides."""
        return self.text[:10] < FIRST_TRUSTED_DATE


def read_instant(text: object) -> Instant | str:
    """RFC 3339 with an offset, up to 9 fraction digits (kept to µs); else the code of the refusal."""
    match = RFC3339.fullmatch(text) if type(text) is str else None
    if match is None:
        return "decode.bad_time"
    if match[1] is None:
        return "decode.offset_missing"
    try:
        local = datetime.fromisoformat(match[0].upper())
        offset = local.utcoffset() or timedelta(0)
        readable = Instant(local.astimezone(UTC), offset // MINUTE, match[0])
    except (ValueError, OverflowError):  # 30 February; year 1 or 9999 leaving the calendar on the way to UTC
        return "decode.bad_time"
    return readable if abs(offset) <= WIDEST_OFFSET else "decode.bad_time"


def read_measured_at(element: Element, received_at: datetime) -> Instant | None:
    """When it was measured; marks tell how the time compares with the message's receipt, a fact about quality only."""
    instant = _read(element, "measured_at")
    if instant is None:
        return None
    age = received_at - instant.at
    if age < TOO_FAR_AHEAD and element.node.get("clock") is None:  # with a pair it may be corrected: identify judges
        element.refuse("decode.in_future", "/measured_at")
    elif instant.doubtful:
        element.marks.add("clock_doubtful")
    elif age < AHEAD:
        element.marks.add("ahead")
    elif age > LATE:
        element.marks.update(("late", "old") if age > OLD else ("late",))
    return instant


def read_started_at(element: Element, end: Instant | None) -> Instant | None:
    """The start of an interval, before its end."""
    if element.node.get("started_at") is None:
        element.refuse("decode.bad_interval", "/started_at")
        return None
    start = _read(element, "started_at")
    if start and end and start.at >= end.at:
        element.refuse("decode.bad_interval", "/started_at")
    if start and start.doubtful:
        element.marks.add("clock_doubtful")
    return start


def _read(element: Element, field: str) -> Instant | None:
    instant = read_instant(element.node.get(field))
    if isinstance(instant, str):
        element.refuse(instant, f"/{field}")
        return None
    return instant


def read_clock(element: Element, measured_at: Instant | None) -> Clock | None:
    """The coincident pair. One that would move the reading out of the calendar is no pair."""
    node = element.node.get("clock")
    if node is None:
        return None
    fields = node if type(node) is dict else {}
    device, reference = read_instant(fields.get("device")), read_instant(fields.get("reference"))
    if isinstance(device, Instant) and isinstance(reference, Instant) and _moves(measured_at, device, reference):
        return Clock(device.at, reference.at)
    element.refuse("decode.bad_clock", "/clock")
    return None


def _moves(measured_at: Instant | None, device: Instant, reference: Instant) -> bool:
    try:
        return measured_at is None or bool(measured_at.at + (reference.at - device.at))
    except OverflowError:
        return False
