"""Instants as people write them about a patient: RFC 3339, a plain day of the patient's, or the beginning."""

import re
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from hearthline.options import parse_instant
from registry.beginning import BEGINNING

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def instant_in(zone: str, text: str | None) -> datetime | None:
    """Aware UTC; a day is its first instant in the patient's zone. None for None. Raises typer.BadParameter."""
    if text is None:
        return None
    if text == "beginning":
        return BEGINNING
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    midnight = None if day is None else datetime.combine(day, time(), ZoneInfo(zone)).isoformat()
    return parse_instant(midnight or text)
