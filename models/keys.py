"""Ids that keep an index local: their leading 48 bits are milliseconds since 1970."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def ordered_id(instant: datetime, rest: bytes) -> UUID:
    """UUID of `instant` (aware; modulo 2^48 ms) and ten bytes of `rest`, marked as version 8."""
    milliseconds = (instant - EPOCH) // MILLISECOND % (1 << 48)
    tail = bytes([rest[0] & 0x0F | 0x80, rest[1], rest[2] & 0x3F | 0x80]) + rest[3:10]
    return UUID(bytes=milliseconds.to_bytes(6, "big") + tail)


def new_id(now: datetime) -> UUID:
    """A fresh id for something that happens at `now`."""
    return ordered_id(now, secrets.token_bytes(10))


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, always."""
    return UUID(bytes=sha256("\x1f".join(map(str, parts)).encode()).digest()[:16], version=5)
