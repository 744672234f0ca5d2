"""`reports export` and `reports spread`: beyond one machine."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import parse_instant

Parquet = Annotated[Path, typer.Option("--parquet", help="The folder of the export.")]
Instant = Annotated[datetime | None, typer.Option(parser=parse_instant)]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def export_readings(context: typer.Context, *, parquet: Parquet, json: Json = False) -> None:
    """Keep readings as Parquet, by measure and month; each run adds what was stored since the last."""
    from hearthline import exporting

    exporting.export_readings(context.obj, parquet, json=json)


def spread_report(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    report: Annotated[str, typer.Option(help="panel, or quality: a line a patient.")],
    parquet: Parquet,
    everybody: Annotated[bool, typer.Option("--all", help="Of everybody.")] = False,
    programme: Annotated[str | None, typer.Option(help="Of whoever is in it at the period's end.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes of Dask on this machine; 0 for none.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler that listens already, such as tcp://…")
    ] = None,
    days: Annotated[int | None, typer.Option(help="How many days, else as many as suit the report.")] = None,
    until: Instant = None,
    as_of: Instant = None,
    html: Annotated[Path | None, typer.Option(help="Write the panel's page to this file.")] = None,
    json: Json = False,
) -> None:
    """A report of many patients from an export, reckoned by workers; the same figures as from the record."""
    from hearthline import exporting, reporting

    who = None, programme, everybody
    wish = reporting.wish_for("panel", who, days, until, as_of, ("mg/dL", "auto", "auto"))
    where = exporting.Where(parquet, workers, scheduler)
    exporting.spread_report(context.obj, replace(wish, report=report), where, html, json=json)
