"""What ingest asks before it starts: it refuses a database that may lose what it committed, and warns of the broker."""

import structlog

from hearthline.database import require_current
from hearthline.doctor.broker_file import faults_of
from hearthline.doctor.durability import dangers_of
from hearthline.errors import NO, Failure
from hearthline.settings import Settings
from models.engine import open_reader

log = structlog.get_logger()


def check_start(settings: Settings) -> None:
    """Raises Failure where ingest must not start: another schema, or a database that may lose what it committed."""
    require_current(settings.database.url)
    refuse_unsafe(settings)
    warn_of_broker(settings)


def refuse_unsafe(settings: Settings) -> None:
    """Raises Failure (exit 1) for the first danger, unless `database.accept_unsafe` says that somebody knows: then each
    is a line of the log."""
    engine = open_reader(settings.database.url)
    try:
        dangers = dangers_of(engine)
    finally:
        engine.dispose()
    if dangers and not settings.database.accept_unsafe:
        mend = f"{dangers[0].mend}; or set database.accept_unsafe = true where nothing may be relied on"
        raise Failure(dangers[0].says, mend, NO)
    for danger in dangers:
        log.warning("database.unsafe", says=danger.says, mend=danger.mend)


def warn_of_broker(settings: Settings) -> None:
    """A line of the log for each fault of the broker's configuration, where there is one to read."""
    for fault in faults_of(settings.broker.config):
        log.warning("broker.unsafe", says=fault.says, mend=fault.mend)
