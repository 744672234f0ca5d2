"""`verify`: what was really taken against what is in the database."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Json

SHOWN = 20


def command(
    context: typer.Context,
    ledger: Annotated[Path, typer.Argument(help="Ledger that `simulate run --ledger` wrote.")],
    *,
    json: Json = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait at most so many seconds for ingest to finish.")] = 90.0,
) -> None:
    """Judge the database by a ledger: exit 1 unless every reading, refusal and flag is exactly as it should be."""
    from sqlalchemy.orm import Session

    from hearthline.errors import NO
    from hearthline.show import show_json, show_one
    from hearthline.verify.ledger import read_ledger
    from hearthline.verify.settle import settle as wait_until_quiet
    from hearthline.verify.verdict import verify
    from models.engine import open_reader

    truth = read_ledger(ledger)
    with context.obj.opened(open_reader) as engine:
        note = wait_until_quiet(engine, settle, clock=context.obj.now, wait=time.sleep)
        with Session(engine) as session:
            verdict = verify(session, truth)
    complain([note] if note else [])
    complain([f"{problem.kind}: {problem.what}" for problem in verdict.problems])
    show_json(verdict.as_json()) if json else show_one(verdict.as_json(), json=False)
    raise typer.Exit(0 if verdict.exact else NO)


def complain(lines: list[str]) -> None:
    """The first lines on stderr, and how many more there are."""
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    for line in lines[:SHOWN] + more:
        print(f"hearthline: {line}", file=sys.stderr)  # noqa: T201  data alone goes to stdout
