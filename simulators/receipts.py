"""What a receipt answers: the contract's *Receipts*, read from the device's side."""

from typing import Final

import msgspec

from simulators.plan import Taken

Key = tuple[str, str | int | None]
"""(id, measured_at as sent), or (sha256 of the payload, element) for what has no readable id."""


class Receipt(msgspec.Struct, frozen=True):
    """One element of a receipts message; either `id` or `message` and `element` are there."""

    verdict: str
    retry: bool
    id: str | None = None
    measured_at: str | None = None
    message: str | None = None
    element: int = 0
    code: str | None = None


_DECODER: Final = msgspec.json.Decoder(list[Receipt])


def read_receipts(payload: bytes) -> list[Receipt]:
    """The receipts of one message; none when it is not what the contract says: a device ignores what it cannot read."""
    try:
        return _DECODER.decode(payload)
    except msgspec.DecodeError:
        return []


def key_of(receipt: Receipt) -> Key:
    """An empty time is no time, whether the receipt repeats it or says null."""
    if receipt.id is None:
        return receipt.message or "", receipt.element
    return receipt.id, receipt.measured_at or None


def key_of_element(taken: Taken, sha256: str, element: int) -> Key:
    """What the receipt of this element will say; `sha256` is that of the whole payload."""
    return (sha256, element) if taken.id is None else (taken.id, taken.measured_at or None)
