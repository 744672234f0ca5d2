"""Times as recordings write them, made into what a device would send; what cannot be known is not guessed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EPOCH_SECONDS: Final = re.compile(r"\d{9,10}(\.\d+)?")
GERMAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def as_sent(text: str, zone: ZoneInfo | None) -> str:
    """`text` (ISO 8601, with `31.12.2013` for the date, or epoch seconds) as RFC 3339.

    A time without an offset gets that of `zone`. Without a zone, or at an hour that the zone had twice or not at all,
    it stays without, and what is no time of day on a date stays as it is: both are for ingest to refuse, so that no row
    is lost unseen.
    """
    time = time_of(text)
    if time is None:
        return text
    if EPOCH_SECONDS.fullmatch(text):
        time = time.astimezone(zone or UTC)
    elif time.tzinfo is None and zone is not None and _is_certain(time, zone):
        time = time.replace(tzinfo=zone)
    return time.isoformat()


def time_of(text: str) -> datetime | None:
    """As the file says it: aware when it has an offset or counts seconds, else of an unknown zone; None for no time."""
    if EPOCH_SECONDS.fullmatch(text):
        return EPOCH + timedelta(seconds=float(text))
    return _parsed(GERMAN.sub(_year_first, text))


def instant_of(sent: str) -> datetime | None:
    """The aware instant, None when `sent` has no offset or is no time."""
    time = _parsed(sent)
    return None if time is None or time.tzinfo is None else time


def _parsed(text: str) -> datetime | None:
    if ":" not in text:
        return None  # a date alone: no time of day is invented
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _year_first(date: re.Match[str]) -> str:
    day, month, year = date.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _is_certain(local: datetime, zone: ZoneInfo) -> bool:
    """Whether this wall clock showed `local` exactly once: twice or never, both sides of the change disagree."""
    before, after = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return before == after
