"""What a demo comes to, under the contract's names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts as in the record; `seconds` from the start of the command, `first_flag_seconds` to the first flag in the
    record, None when there was none. `in_doubt` readings were sent and had no receipt when the run ended."""

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


def queries(summary: Summary) -> list[str]:
    """Commands that show what is in the demo's database, to be typed as they stand."""
    setting = f"HEARTHLINE_DATABASE__URL={summary.database}"
    what = ("flags list", "patients list", "quarantine list", "flags list --json")
    return [f"  {setting} hearthline {command}" for command in what]
