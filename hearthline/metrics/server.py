"""A small HTTP server for scrapes: each has a thread for a few seconds at most, and nothing is printed."""

import socket
import sys
from http.server import ThreadingHTTPServer
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, MetricsHandler

SECONDS: Final = 10  # that somebody may stay connected without a word
log = structlog.get_logger()


class Server(ThreadingHTTPServer):
    """What goes wrong with one scrape is that one's, and logged without what it said."""

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        kind = sys.exc_info()[0]
        log.warning("scrape.failed", cause=kind.__name__ if kind else None)


class ServerOfIPv6(Server):
    address_family = socket.AF_INET6


def listen(host: str, port: int, registry: CollectorRegistry) -> Server:
    """Listening, not serving yet. Raises OSError when the address cannot be had, OverflowError when it is none."""
    handler = type("Scrape", (MetricsHandler,), {"registry": registry, "timeout": SECONDS})
    return (ServerOfIPv6 if ":" in host else Server)((host, port), handler)
