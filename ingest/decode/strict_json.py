"""JSON without its traps: size and depth are checked first, digits stay text, a key twice and NaN are seen (F12, F13).

A flaw inside one element refuses that element alone: markers stand in for it, and only a payload that has any is
searched for them.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from threading import get_ident
from typing import Any, Final

from ingest.decode.digits import Digits
from ingest.decode.element import Fault

MAX_BYTES: Final = 64 * 1024
MAX_ELEMENTS: Final = 500
MAX_DEPTH: Final = 32
WHITESPACE: Final = " \t\n\r"
THREADS: Final = 8
LONGEST_POINTER: Final = 120
PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Without backtracking, and an open string runs to the end: linear for any bytes.
STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
LEVELS: Final = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
NOT_BRACKETS: Final = bytes(set(range(256)) - set(LEVELS))

Scan = Callable[[str, int], tuple[Any, int]]


class Doubled(dict[str, Any]):
    """An object that had a key twice."""


class NotFinite:
    """Stands for NaN, Infinity or -Infinity."""


@dataclass(frozen=True, slots=True)
class Document:
    """The elements of a payload. `array`: whether they came as one. `flawed`: whether markers are among them."""

    elements: list[Any]
    array: bool
    flawed: bool

    def pointer(self, index: int) -> str:
        return f"/{index}" if self.array else ""


def parse(payload: bytes) -> Document | Fault:
    """One element or an array of them; never raises."""
    if len(payload) > MAX_BYTES:
        return Fault("decode.too_large", "")
    if not payload or payload.isspace():
        return Fault("decode.empty", "")
    if _too_deep(payload):
        return Fault("decode.too_deep", "")
    scan, flaws = _scanner(get_ident())
    flaws.clear()
    try:
        text = payload.decode().strip(WHITESPACE)
        node, end = scan(text, 0)
    except (UnicodeDecodeError, json.JSONDecodeError, StopIteration):
        return Fault("decode.not_json", "")
    return _document(node, flaws) if end == len(text) else Fault("decode.not_json", "")


def find_flaw(node: object, at: str) -> Fault | None:
    """The first marker in `node`, outermost first; pointers name plain keys only, the rest ends at its parent."""
    if isinstance(node, Doubled):
        return Fault("decode.duplicate_key", at)
    if isinstance(node, NotFinite):
        return Fault("decode.not_finite", at)
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = (find_flaw(child, _step(at, str(key))) for key, child in inside)
    return next((flaw for flaw in found if flaw), None)


def _step(at: str, key: str) -> str:
    return f"{at}/{key}" if len(at) < LONGEST_POINTER and PLAIN_KEY.fullmatch(key) else at


def _document(node: object, flaws: list[str]) -> Document | Fault:
    if not isinstance(node, list):
        return Document([node], array=False, flawed=bool(flaws))
    if not node:
        return Fault("decode.empty", "")
    if len(node) > MAX_ELEMENTS:
        return Fault("decode.too_many", "")
    return Document(node, array=True, flawed=bool(flaws))


@lru_cache(THREADS)
def _scanner(_thread: int) -> tuple[Scan, list[str]]:
    """A scanner, and what it notes flaws in; one a thread, because making them costs as much as a tenth of decoding."""
    flaws: list[str] = []

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        flaws.append("decode.duplicate_key")
        return Doubled(made)

    def make_constant(_name: str) -> NotFinite:
        flaws.append("decode.not_finite")
        return NotFinite()

    decoder = json.JSONDecoder(
        object_pairs_hook=make_object, parse_int=Digits, parse_float=Digits, parse_constant=make_constant
    )
    return decoder.scan_once, flaws  # type: ignore[attr-defined]  # what `raw_decode` calls; typeshed omits it


def _too_deep(payload: bytes) -> bool:
    """Whether the parser would descend over 32 levels: the brackets outside strings, counted."""
    if payload.count(b"[") + payload.count(b"{") <= MAX_DEPTH:
        return False
    brackets = STRING.sub(b"", payload).translate(None, NOT_BRACKETS)
    return max(accumulate(map(LEVELS.__getitem__, brackets)), default=0) > MAX_DEPTH
