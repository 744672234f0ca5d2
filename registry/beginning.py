"""The instant before every reading: what holds from the beginning starts here."""

from datetime import UTC, datetime
from typing import Final

BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)
