"""A device's buffer without broker and disk, what is put into it, and the receipts that end it."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from device.buffer import Buffer
from device.flights import Flight
from device.message import Message
from device.readings import Reading
from device.receipts import Receipt
from device.shelf import Shelf
from device.timing import Timing

DEVICE = "scale-0001"
AT = datetime(2026, 1, 5, 7, tzinfo=UTC)
WALL = AT.timestamp()


def weighing(number: int = 0) -> Reading:
    return Reading("weight", {"weight": (70 + number, "kg")}, AT + timedelta(minutes=number))


def whole(number: int, elements: int = 1, *, named: bool = True) -> Message:
    """A message that its maker put together."""
    names = [(f"{number}-{element}", AT.isoformat()) if named else None for element in range(elements)]
    return Message("weight", f"payload {number}".encode(), tuple(names), WALL + number)


def stored(number: int, element: int = 0, *, retry: bool = False, measured_at: str | None = AT.isoformat()) -> Receipt:
    return Receipt("stored", retry, id=f"{number}-{element}", measured_at=measured_at)


def answers_to(payload: bytes) -> list[Receipt]:
    parsed = json.loads(payload)
    bodies = parsed if isinstance(parsed, list) else [parsed]
    return [Receipt("stored", False, id=body["id"], measured_at=body["measured_at"]) for body in bodies]


def new_buffer(shelf: Shelf | None = None, *, introduced: bool = True, **timing: Any) -> Buffer:
    """When `introduced`, a message was sent and answered before."""
    buffer = Buffer(DEVICE, shelf or Shelf(), "BOOT0001", Random(1), Timing(**timing))
    if introduced:
        buffer.add(whole(999), WALL)
        buffer.fresh(0.0)
        buffer.settle([stored(999)], WALL)
    return buffer


def with_messages(*messages: Message, introduced: bool = True, **timing: Any) -> Buffer:
    buffer = new_buffer(introduced=introduced, **timing)
    for message in messages:
        buffer.add(message, WALL)
    return buffer


def payloads(flights: list[Flight]) -> list[bytes]:
    return [flight.message.payload for flight in flights]


def taken_over(buffer: Buffer, flights: list[Flight], now: float) -> list[Flight]:
    """The broker acknowledges them."""
    for flight in flights:
        buffer.flights.taken(flight.number, now)
    return flights
