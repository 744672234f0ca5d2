"""`broker`: the embedded broker alone."""

import sys

import typer


def command(context: typer.Context) -> None:
    """Run the embedded broker at the address in the settings until SIGTERM or Ctrl-C. For the demo and tests only."""
    from hearthline.addresses import parse_broker
    from hearthline.broker import WARNING, serve
    from hearthline.errors import INTERRUPTED
    from hearthline.signals import catching_signals

    address = parse_broker(context.obj.settings().broker.url)
    with catching_signals() as signals:
        serve(address, signals.stop, lambda: say(f"{WARNING}\nlistening on mqtt://{address}"))
    raise typer.Exit(INTERRUPTED if signals.interrupted else 0)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201  stdout carries data alone
