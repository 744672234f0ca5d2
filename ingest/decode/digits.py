"""A number exactly as sent, and the whole numbers of the envelope."""

from typing import Final

LARGEST_SEQ: Final = 2**53 - 1


class Digits(str):
    """A number exactly as sent; a JSON string is a plain str, so 128 and "128" stay apart."""

    __slots__ = ()


def whole_number(sent: object, largest: int) -> int | None:
    """The integer from 0 to `largest` that was sent as a JSON number of at most 16 digits; None for anything else."""
    if type(sent) is Digits and sent.isdigit() and len(sent) <= 16 and int(sent) <= largest:
        return int(sent)
    return None
