"""A device that sends rubbish all day fills no disk: above a budget only the verdicts of what is unreadable are kept.

Readings refused for any other reason keep their bytes always (contract, *Verdicts*).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ingest.decoded import Rejected
from ingest.delivery import Decoding
from registry.devices import DEVICE_ID

MOST_MESSAGES: Final = 100
MOST_BYTES: Final = 1 << 20
UNREADABLE: Final = frozenset({
    "decode.bad_topic", "decode.empty", "decode.too_large", "decode.too_many", "decode.too_deep", "decode.not_json",
})  # fmt: skip


@dataclass(slots=True)
class PayloadBudget:
    """Unreadable messages and bytes kept today, by device; a worker's own count, started anew with it. Names that no
    device has share one budget, or else they would have one without end."""

    day: date = date.min
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)

    def limit(self, decodings: Sequence[Decoding]) -> list[Decoding]:
        """The same decodings; those above the budget without their bytes."""
        return [self._limit(each) if _unreadable(each) else each for each in decodings]

    def _limit(self, decoding: Decoding) -> Decoding:
        delivery = decoding.delivery
        if delivery.received_at.date() != self.day:
            self.day, self.kept = delivery.received_at.date(), {}
        device = delivery.publisher if DEVICE_ID.fullmatch(delivery.publisher) else ""
        messages, size = self.kept.get(device, (0, 0))
        if messages >= MOST_MESSAGES or size + len(delivery.payload) > MOST_BYTES:
            return replace(decoding, keep=False)
        self.kept[device] = messages + 1, size + len(delivery.payload)
        return decoding


def _unreadable(decoding: Decoding) -> bool:
    first = decoding.outcomes[0]
    if not isinstance(first, Rejected):
        return False
    return first.code in UNREADABLE or DEVICE_ID.fullmatch(decoding.delivery.publisher) is None
