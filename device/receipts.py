"""What a receipt answers: the contract's *Receipts*, read from the device's side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

Name = tuple[str, str | None]
"""(id, measured_at as sent) of a reading; an empty time is no time."""
Key = tuple[str, str | int | None]
"""A name, or (sha256 of the payload, element) for what has no readable id."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One element of a receipts message; either `id` or `message` and `element` are there. `retry` False is final."""

    verdict: str
    retry: bool
    id: str | None = None
    measured_at: str | None = None
    message: str | None = None
    element: int = 0
    code: str | None = None


def read_receipts(payload: bytes) -> list[Receipt]:
    """The receipts of one message; none when it is not what the contract says: a device ignores what it cannot read."""
    try:
        return [_receipt(one) for one in json.loads(payload)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []


def _receipt(one: dict[str, object]) -> Receipt:
    verdict, retry, element = one["verdict"], one["retry"], one.get("element", 0)
    texts = [one.get(name) for name in ("id", "measured_at", "message", "code")]
    if not isinstance(verdict, str) or not isinstance(retry, bool) or not isinstance(element, int):
        raise TypeError("not a receipt")
    name, measured_at, message, code = (_text(value) for value in texts)
    return Receipt(verdict, retry, name, measured_at, message, element, code)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("not a text")


def key_of(receipt: Receipt) -> Key:
    """An empty time is no time, whether the receipt repeats it or says null."""
    if receipt.id is None:
        return receipt.message or "", receipt.element
    return receipt.id, receipt.measured_at or None


def keys_of(names: Sequence[Name | None], sha256: str) -> dict[int, Key]:
    """Element -> what its receipt will say; `sha256` is that of the whole payload."""
    return {n: (sha256, n) if name is None else (name[0], name[1] or None) for n, name in enumerate(names)}
