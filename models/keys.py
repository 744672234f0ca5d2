"""Ids that keep an index local: their leading 48 bits are milliseconds since 1970."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import getrandbits
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FREE_BITS = (1 << 128) - 1 ^ (0xF << 76) ^ (0b11 << 62)
VERSION_8 = (0x8 << 76) | (0b10 << 62)


def ordered_id(instant: datetime, rest: int) -> UUID:
    """UUID version 8 (RFC 9562): 48 bits of `instant` (aware; ms, modulo 2^48), then those of `rest` (80 bits) that
    version and variant leave free."""
    milliseconds = (instant - EPOCH) // MILLISECOND % (1 << 48)
    return UUID(int=(milliseconds << 80 | rest) & FREE_BITS | VERSION_8)


def new_id(now: datetime) -> UUID:
    """A fresh id for something that happens at `now`; it is no secret, and so asks nothing of the kernel."""
    return ordered_id(now, getrandbits(80))


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, always."""
    return UUID(bytes=sha256("\x1f".join(map(str, parts)).encode()).digest()[:16], version=5)
