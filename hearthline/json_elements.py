"""The elements of a JSON array as they stand in the text: digits, spaces and order are the sender's."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

BETWEEN: Final = re.compile(r"[\s,]*")


def elements(array: str) -> Iterator[tuple[str, Any]]:
    """Text and value of each element of `array`, which begins with `[`. Raises ValueError where it is no JSON and
    RecursionError where it is nested too deeply."""
    decoder, at = json.JSONDecoder(), 1
    while (at := _skip(array, at)) < len(array) and array[at] != "]":
        value, end = decoder.raw_decode(array, at)
        yield array[at:end], value
        at = end


def _skip(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at
