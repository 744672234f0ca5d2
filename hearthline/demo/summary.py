"""What a demo comes to, under the contract's names."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

QUERIES: Final = ("flags list", "patients list", "quarantine list", "flags list --json")


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts as in the record; `seconds` from the start of the command, `first_flag_seconds` to the first flag in the
    record, None when there was none. `in_doubt` readings were sent and had no receipt when the run ended.
    `reports` is the folder of those that were made afterwards, None when none were."""

    patients: int
    readings_taken: int
    messages_received: int
    stored: int
    duplicate: int
    quarantined: int
    in_doubt: int
    flags_open: int
    seconds: float
    first_flag_seconds: float | None
    database: str
    broker: str
    reports: str | None = None


def queries(summary: Summary, program: str) -> list[str]:
    """Commands that show what is in the demo's database, to be typed as they stand; `program` is what ran us."""
    path = Path(program)
    ours = [program] if path.stem == "hearthline" else [sys.executable, "-m", "hearthline"]
    setting = f"HEARTHLINE_DATABASE__URL={shlex.quote(summary.database)}"
    return [f"  {setting} {shlex.join(ours)} {what}" for what in QUERIES]
