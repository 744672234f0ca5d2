"""From bytes to readings or reasons; pure, strict, element by element. A new format is one file and one line here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from ingest.decode import native
from ingest.decoded import Outcome

Decode = Callable[[bytes, str, datetime], list[Outcome]]

FORMATS: Final[Mapping[str, Decode]] = MappingProxyType({each.NAME: each.decode for each in (native,)})


def decode(payload: bytes, topic: str, received_at: datetime) -> list[Outcome]:
    """Outcomes in the payload's order, at least one; never raises. Topics of our own carry the native format."""
    return native.decode(payload, topic, received_at)
