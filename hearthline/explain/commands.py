"""`flags as-of`: questions about flags that are answered from the record."""

from datetime import datetime
from typing import Annotated

import typer

from hearthline.options import Json, parse_instant
from hearthline.show import remark, show_rows

At = Annotated[datetime, typer.Argument(parser=parse_instant, metavar="T", help="When, such as 2026-01-05T07:12:00Z.")]
OnePatient = Annotated[str | None, typer.Option(help="Only this patient (id).")]


def as_of(context: typer.Context, at: At, *, patient: OnePatient = None, json: Json = False) -> None:
    """The worklist as it stood at T. The table shows what was to be worked on then, --json every status."""
    from hearthline.commands.flags import ACTIVE, COLUMNS
    from hearthline.explain.then import as_of_rows, not_known

    with context.obj.reading() as session:
        rows = as_of_rows(session, at, patient, statuses=None if json else ACTIVE, json=json)
    show_rows(rows, COLUMNS, json=json, none="no flags to work on then")
    remark([] if json else not_known(rows))
