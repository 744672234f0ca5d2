"""What one worker is told by whoever starts it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Final

from ingest.decode import Decode, decode
from ingest.lease import LENGTH
from ingest.metrics import Tallies
from ingest.mqtt import FILTER, KEEP_ALIVE, BrokerAddress, shared

GROUP: Final = "hearthline"


def utc_now() -> datetime:
    return datetime.now(UTC)


def keep_to_oneself(_state: str) -> None:
    """Nobody watches this worker."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`slot` fixes the worker's client id, and with it its session at the broker; `standby` waits for one that another
    holds. `group` names the shared subscription; it is empty for a broker that has none, or none that keeps messages
    while nobody is there: then one worker alone can work. `lease` and `keep_alive` are in seconds. `tell` hears READY=1
    once the slot is held or waited for, WATCHDOG=1 with every turn, and STOPPING=1 (sd_notify's words).
    """

    database_url: str
    broker: BrokerAddress
    stop: Event
    slot: int = 0
    standby: bool = False
    group: str = ""
    lease: float = LENGTH
    keep_alive: int = KEEP_ALIVE
    clock: Callable[[], datetime] = utc_now
    decode: Decode = decode
    tell: Callable[[str], None] = keep_to_oneself
    tallies: Tallies = field(default_factory=Tallies)

    @property
    def filters(self) -> tuple[str, str]:
        """What to subscribe to, and what an earlier version or another setting may have left in the session."""
        return (shared(self.group), FILTER) if self.group else (FILTER, shared(GROUP))


def client_id(slot: int) -> str:
    return f"hearthline-ingest-{slot}"
