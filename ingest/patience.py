"""Waiting out a database that is away: nothing is acknowledged meanwhile, and it is said once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from ingest.schema import is_other_schema

FIRST: Final = 0.2
MOST: Final = 5.0
log = structlog.get_logger()


@dataclass(slots=True)
class Patience:
    """Tries again until it works or `stop` is set, after pauses of at most `most` seconds, with a `beat` each time:
    waiting is no standstill. `away` from the first failure to the next success."""

    stop: Event
    away: bool = False
    retries: int = 0
    _since: float = 0.0
    _earlier: float = 0.0

    @property
    def away_seconds(self) -> float:
        """All absences so far, the present one included."""
        return self._earlier + (time.monotonic() - self._since if self.away else 0.0)

    most: float = MOST
    beat: Callable[[], object] = bool

    def persist(self, act: Callable[[], object]) -> bool:
        """Do it, however often the database refuses everybody. False when told to stop before it was done.
        Raises DBAPIError when the schema is another: that does not pass."""
        delay = FIRST
        while True:
            try:
                act()
            except DBAPIError as error:
                if is_other_schema(error):
                    raise
                self._say_away(error)
                self.retries += 1
                self.beat()
                if self.stop.wait(delay):
                    return False
                delay = min(delay * 2, self.most)
            else:
                self._say_back()
                return True

    def _say_away(self, error: DBAPIError) -> None:
        if not self.away:
            log.warning("database.away", cause=_cause(error), does="waits; nothing is acknowledged meanwhile")
            self._since, self.away = time.monotonic(), True

    def _say_back(self) -> None:
        if self.away:
            log.info("database.back")
            self._earlier, self.away = self.away_seconds, False


def _cause(error: DBAPIError) -> str:
    """What the driver itself says of the connection, disk or lock, a line. Of what a server or a trigger says only the
    kind and code, for it may quote what was to be stored."""
    kind, code = type(error.orig).__name__, getattr(error.orig, "sqlstate", None)
    if code or not isinstance(error, OperationalError):
        return f"{kind} {code}" if code else kind
    return f"{kind}: {str(error.orig).partition(chr(10))[0]}"
