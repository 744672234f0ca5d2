"""One element of a real recording: the exact JSON text that a device would send."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from simulators.local_time import instant_of

ID: Final = re.compile(r"[\x21-\x7e]{1,64}")
TIME: Final = re.compile(r"[^\ud800-\udfff]{1,40}")  # any text that UTF-8 can carry, as long as a receipt repeats


@dataclass(frozen=True, slots=True)
class Recorded:
    """`text` is JSON for one reading; `id` and `measured_at` are those in it, None where a receipt could not repeat
    them; `at` is the instant, None when it is not known."""

    text: str
    id: str | None
    measured_at: str | None
    at: datetime | None


def recorded(text: str, reading: Any) -> Recorded:
    """`reading` is `text`, parsed; it may be any JSON."""
    fields = reading if isinstance(reading, dict) else {}
    name, sent = _fitting(ID, fields.get("id")), _fitting(TIME, fields.get("measured_at"))
    return Recorded(text, name, sent, instant_of(sent or ""))


def readings_from_json_lines(path: Path) -> Iterator[Recorded]:
    """The readings of a file in the contract's own words, one a line, digits as they stand; blank lines are skipped.

    Raises OSError, or ValueError naming the line that is no JSON: it could not be put into an array unchanged.
    """
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if text := line.strip():
                try:
                    yield recorded(text, json.loads(text))
                except ValueError as error:
                    raise ValueError(f"{path.name}, line {number} is no JSON: {error}") from error


def _fitting(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
