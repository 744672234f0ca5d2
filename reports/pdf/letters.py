"""Letters that can be printed on any machine."""

from typing import Any, Final

BOX: Final = "\u25a1"
SIGNS: Final = "–—‘’“”…•·‹›«»€≤≥≈≠×÷±−→←↑↓●○■□▲△½¼¾°µ‰†‡"
RANGES: Final = ((0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3CE), (0x400, 0x45F), (0x1EA0, 0x1EF9))
PRINTABLE: Final = frozenset(SIGNS) | {chr(code) for first, last in RANGES for code in range(first, last + 1)}


def plain(told: Any) -> Any:
    """The same lists and dicts, in whose texts a box stands for every letter that typst's own fonts may lack."""
    if isinstance(told, str):
        return "".join(letter if letter in PRINTABLE else BOX for letter in told)
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items()}
    return [plain(each) for each in told] if isinstance(told, list | tuple) else told
