"""One worker in this process."""

import gc
import os
import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from hearthline.addresses import parse_broker
from hearthline.database import head, naming, require_current
from hearthline.doctor.start import check_start
from hearthline.metrics.serve import serving
from hearthline.settings import Settings
from hearthline.signals import Interruption, catching_signals
from hearthline.workers.notify import Notifier
from ingest.metrics import Tallies
from ingest.mqtt import BrokerAddress
from ingest.settings import WorkerSettings
from ingest.worker import run


def work(settings: Settings, slot: int, *, group: str, standby: bool, clock: Callable[[], datetime]) -> Interruption:
    """Until it is told to stop; answers how it was told. Raises Failure, and what `ingest.worker.run` raises."""
    broker, ingest, url = parse_broker(settings.broker.url), settings.ingest, settings.database.url
    address = BrokerAddress(broker.host, broker.port, broker.tls, broker.username, broker.password)
    check_start(settings)
    _make_ready()
    tallies = Tallies()
    listening = serving(settings.metrics.address, slot, tallies, database_url=url, revision=str(head()), clock=clock)
    with listening, catching_signals() as signals, naming(url):
        worker = WorkerSettings(
            url, address, signals.stop, slot=slot, standby=standby, group=group, lease=ingest.lease,
            keep_alive=ingest.keep_alive, clock=clock, tell=Notifier.of(os.environ).tell, tallies=tallies,
        )  # fmt: skip
        try:
            run(worker)
        except DBAPIError:
            require_current(url)  # says it better, where that is the reason
            raise
    return signals


def _make_ready() -> None:
    """A batch makes thousands of short-lived objects, none in a circle: look for circles rarely, and not among what
    is loaded for good. And let the network thread have the interpreter within 1 ms: paho asks for it three times a
    message, and at Python's 5 ms it starves beside a busy writer."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sys.setswitchinterval(0.001)
