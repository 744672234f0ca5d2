"""What whoever works through schedules is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from sqlalchemy import Connection, Engine

from reports.schedule.smtp import MailServer

Fence = Callable[[Connection], None]


def count_nothing(_done: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`fence` raises, inside a transaction, when another works here now. `clinic` is the zone of the clinic, empty when
    nobody said which; `unit` that of glucose. `mail` None: no mail can be sent. `tick` hears how many reports more were
    made."""

    reader: Engine
    writer: Engine
    fence: Fence
    clock: Callable[[], datetime]
    clinic: str = ""
    unit: str = "mg/dL"
    mail: MailServer | None = None
    stop: Event = field(default_factory=Event)
    tick: Callable[[int], None] = count_nothing
