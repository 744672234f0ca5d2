"""A heartbeat: each entry is read where it can be, because a device that says one thing badly is alive all the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ingest.decode.digits import LARGEST_SEQ, whole_number
from ingest.decode.element import LONGEST_TIME
from ingest.decoded import Status

FULL: Final = 100
LONGEST_FIRMWARE: Final = 40


def read_status(node: Mapping[str, object]) -> Status:
    """Never raises; what is unreadable is None."""
    return Status(
        battery=whole_number(node.get("battery"), FULL),
        firmware=_text(node.get("firmware")),
        clock=_instant(node.get("clock")),
        waiting=whole_number(node.get("waiting"), LARGEST_SEQ),
        boots=whole_number(node.get("boots"), LARGEST_SEQ),
    )


def _text(sent: object) -> str | None:
    return sent if type(sent) is str and len(sent) <= LONGEST_FIRMWARE and sent.isprintable() else None


def _instant(sent: object) -> datetime | None:
    if type(sent) is not str or len(sent) > LONGEST_TIME:
        return None
    try:
        at = datetime.fromisoformat(sent)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
