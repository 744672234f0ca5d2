"""A worker's `/metrics`, at the address in the settings: each worker its own port, the settings' port plus its slot."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, ProcessCollector
from sqlalchemy import Engine

from hearthline import __version__
from hearthline.errors import USAGE, Failure, explain_system
from hearthline.metrics.families import OfTheWorker
from hearthline.metrics.record import OfTheRecord, open_for_scrapes
from hearthline.metrics.server import Server, listen
from ingest.metrics import Tallies

MEND: Final = "write metrics.address as 127.0.0.1:9464"


def parse_listen(address: str) -> tuple[str, int]:
    """Host and port of `host:port` or `[host]:port`. Raises Failure (usage)."""
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.path or parts.username:
        raise Failure(f"metrics.address {address} is no address", MEND, USAGE)
    return host, port


@contextlib.contextmanager
def serving(
    address: str, slot: int, tallies: Tallies, *, database_url: str, revision: str, clock: Callable[[], datetime]
) -> Iterator[None]:
    """Answer scrapes while the block runs; nothing when there is no address. Raises Failure when the port is taken."""
    if not address:
        yield
        return
    host, port = parse_listen(address)
    engine = open_for_scrapes(database_url)
    server = _listen(host, port + slot, collect(tallies, engine, clock, revision))
    thread = Thread(target=server.serve_forever, daemon=True, name="metrics")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        engine.dispose()


def collect(tallies: Tallies, engine: Engine, clock: Callable[[], datetime], revision: str) -> CollectorRegistry:
    """All that a scrape shows. `engine` as `open_for_scrapes` makes it; `revision`: the schema this version wants."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OfTheWorker(tallies))
    registry.register(OfTheRecord(engine, clock, (__version__, revision)))
    ProcessCollector(registry=registry)
    return registry


def _listen(host: str, port: int, registry: CollectorRegistry) -> Server:
    try:
        return listen(host, port, registry)
    except OSError as error:
        error.filename = f"{host}:{port}"
        failure = explain_system(error, USAGE)
        raise failure or Failure(f"{host}:{port} cannot be listened at", MEND, USAGE) from None
    except OverflowError:
        raise Failure(f"there is no port {port}", MEND, USAGE) from None
