"""What a check answers, and what it is given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from hearthline.settings import Settings

OK, UNKNOWN, WARNING, DANGEROUS = "ok", "unknown", "warning", "dangerous"
WRONG: Final = (WARNING, DANGEROUS)
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """`standing`: ok; warning: to be mended; dangerous: what was promised may be lost; unknown: could not be seen from
    here. `says` and `mend` are for a person, without a full stop; what is ok needs no mend."""

    check: str
    standing: str
    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What is examined: settings, the file they came from (None without one), and the time it is (aware UTC)."""

    settings: Settings
    file: Path | None
    now: datetime


Findings = Iterator[Finding]
Check = Callable[[Place], Findings]
RecordCheck = Callable[[Place, Session], Findings]


def ago(span: timedelta) -> str:
    """A span as a person says it: 42 s, 7 min, 26 h, 12 days."""
    seconds = max(0, round(span.total_seconds()))
    for size, unit in ((86_400 * 3, "days"), (3_600 * 2, "h"), (60 * 2, "min")):
        if seconds >= size:
            return f"{seconds // {'days': 86_400, 'h': 3_600, 'min': 60}[unit]} {unit}"
    return f"{seconds} s"
