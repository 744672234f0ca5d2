"""From a topic to who published what: `hearthline/v1/up/{device_id}/{measure}`."""

from typing import Final, NamedTuple

from ingest.decode.element import DEVICE, Fault
from ingest.decode.layout import LAYOUTS

PREFIX: Final = "hearthline/v1/up/"
STATUS: Final = "status"
NOTED: Final = frozenset({STATUS, "symptoms"})


class Topic(NamedTuple):
    """`leaf` is a measure of the catalogue, `status` or `symptoms`."""

    device: str
    leaf: str


def read_topic(topic: str) -> Topic | Fault:
    """Every level below `up` is heard, so that a mistyped measure has a verdict."""
    device, slash, leaf = topic.removeprefix(PREFIX).partition("/")
    if not topic.startswith(PREFIX) or not slash or "/" in leaf:
        return Fault("decode.bad_topic", "")
    if not DEVICE.fullmatch(device):
        return Fault("decode.bad_device", "")
    if leaf not in LAYOUTS and leaf not in NOTED:
        return Fault("decode.unknown_measure", "")
    return Topic(device, leaf)
