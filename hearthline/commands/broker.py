"""`broker`: the embedded broker alone."""

import signal
import sys
from threading import Event

import typer


def command(context: typer.Context) -> None:
    """Run the embedded broker at the address in the settings until SIGTERM or Ctrl-C. For the demo and tests only."""
    from hearthline.addresses import parse_broker
    from hearthline.broker import WARNING, serve

    address, stop = parse_broker(context.obj.settings().broker.url), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"{WARNING}\nhearthline: listening on mqtt://{address}", file=sys.stderr)  # noqa: T201  not data
    serve(address, stop)
