"""`doctor`: what is wrong with this installation."""

from typing import Annotated

import typer

from hearthline.options import Json
from hearthline.tables import Column

COLUMNS = (
    Column("standing", "standing", whole=True),
    Column("check", "check"),
    Column("says", "what"),
    Column("mend", "mend", below="says"),
)


def command(
    context: typer.Context,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Only whether the database answers and ingest runs.")] = False,
    json: Json = False,
) -> None:
    """Say everything that is wrong with this installation, each with its mend; exit 1 when something is.

    dangerous: readings may be lost; warning: to be mended; unknown: cannot be seen from here; ok.
    """
    from dataclasses import asdict

    from hearthline.doctor.examine import examine
    from hearthline.doctor.finding import WRONG, Place
    from hearthline.settings import find_file
    from hearthline.show import show_rows

    shell = context.obj
    place = Place(shell.settings(), find_file(shell.config), shell.now())
    findings = examine(place, quick=quick)
    wrong = [finding for finding in findings if finding.standing in WRONG]
    rest = [finding for finding in findings if finding.standing not in WRONG]
    show_rows([asdict(finding) for finding in (findings if json else wrong + rest)], COLUMNS, json=json)
    raise typer.Exit(1 if wrong else 0)
