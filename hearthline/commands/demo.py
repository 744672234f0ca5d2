"""`demo`: everything at once, from simulated homes to the worklist."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Json


def command(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="History only; end when it is stored and judged.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0, help="End after so many seconds, else by Ctrl-C.")] = None,
    patients: Annotated[int, typer.Option(min=1)] = 12,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of history.")] = 30,
    seed: Annotated[int, typer.Option(help="Decides who the patients are and what they measure.")] = 1,
    json: Json = False,
) -> None:
    """Embedded broker, SQLite, simulated homes, ingest and the worklist, all below ./var/demo; Ctrl-C ends it."""
    from dataclasses import asdict

    from hearthline.demo.run import Wish, run_demo
    from hearthline.demo.screen import say
    from hearthline.demo.summary import queries
    from hearthline.show import show_one

    context.obj.settings()  # the demo has its own, but its parts read these too and would refuse what is wrong in them
    outcome = run_demo(Wish(once, seconds, patients, days, seed), Path("var").absolute(), context.obj.now)
    say("everything has ended; what is stored can be queried:")
    for line in queries(outcome.summary, sys.argv[0]):
        typer.echo(line, err=True)
    show_one(asdict(outcome.summary), json=json)
    raise typer.Exit(outcome.code)
