"""`ingest`: the write path in one process."""

import gc
import sys
from typing import Annotated

import typer


def command(
    context: typer.Context,
    *,
    workers: Annotated[int, typer.Option(min=1, max=1, help="Processes; this version runs one.")] = 1,
) -> None:
    """Store what devices publish, and flag it. SIGTERM finishes what was taken and exits 0."""
    from hearthline.addresses import parse_broker, secrets_of
    from hearthline.database import head, naming
    from hearthline.doctor.start import check_start
    from hearthline.errors import INTERRUPTED
    from hearthline.logs import configure_logs, log_what_others_say
    from hearthline.metrics.serve import serving
    from hearthline.signals import catching_signals
    from ingest.metrics import Tallies
    from ingest.mqtt import BrokerAddress
    from ingest.worker import WorkerSettings, run

    settings = context.obj.settings()
    broker = parse_broker(settings.broker.url)
    address = BrokerAddress(broker.host, broker.port, broker.tls, broker.username, broker.password)
    configure_logs(secrets_of(settings.database.url, settings.broker.url))
    log_what_others_say()
    check_start(settings)
    _make_ready()
    tallies, url, clock = Tallies(), settings.database.url, context.obj.now
    listening = serving(settings.metrics.address, 0, tallies, database_url=url, revision=str(head()), clock=clock)
    with listening, catching_signals() as signals, naming(settings.database.url):
        run(WorkerSettings(url, address, signals.stop, clock=clock, tallies=tallies))
    raise typer.Exit(INTERRUPTED if signals.interrupted else 0)


def _make_ready() -> None:
    """A batch makes thousands of short-lived objects, none in a circle: look for circles rarely, and not among what
    is loaded for good. And let the network thread have the interpreter within 1 ms: paho asks for it three times a
    message, and at Python's 5 ms it starves beside a busy writer."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sys.setswitchinterval(0.001)
