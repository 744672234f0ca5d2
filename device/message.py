"""What a device keeps: exact bytes, and what their receipts will say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device.receipts import Name

READINGS: Final = 500
BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """`names` of its elements, None for one without an id; `measured` in seconds since 1970, of the newest element.

    A message that is not `whole` holds one reading and may be joined with others before it is sent for the first time.
    """

    measure: str
    payload: bytes
    names: tuple[Name | None, ...]
    measured: float
    whole: bool = True


def fitting(messages: Sequence[Message]) -> int:
    """How many of these, from the first on, one array holds (contract: 500 readings, 64 KiB); at least one."""
    size = len("[]")
    for count, message in enumerate(messages[:READINGS]):
        size += len(message.payload) + len(",")
        if count and size > BYTES:
            return count
    return max(1, min(len(messages), READINGS))


def joined(messages: Sequence[Message]) -> Message:
    """One array of single readings, each with the bytes it had; a reading alone stays as it is."""
    first, *others = messages
    payload = b"[" + b",".join(message.payload for message in messages) + b"]" if others else first.payload
    names = tuple(name for message in messages for name in message.names)
    return Message(first.measure, payload, names, max(message.measured for message in messages))
