"""`reports`: months of readings on one page a question."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import parse_instant

app = typer.Typer(
    help="Months of readings on one page a question: rule matches and trends for review by a licensed professional;"
    " not monitoring, not an alarm, not for emergencies."
)


@app.callback()
def reports() -> None:
    """A group, though it has one command: others are to come."""


Until = Annotated[datetime | None, typer.Option(parser=parse_instant, help="The period's end, else now.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(parser=parse_instant, help="The cursor of an earlier report: the same figures again."),
]
Source = Annotated[str, typer.Option(help="Of glucose: cgm, meter, or auto: the sensor where there is one.")]
Goals = Annotated[str, typer.Option(help="Of glucose: adult, older, pregnancy, or auto: by the facts.")]


@app.command("run")
def run_report(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    report: Annotated[str, typer.Option(help="agp, home-bp, weight, sleep, patient, device-days or quality.")],
    patient: Annotated[str, typer.Option(help="Id, as in: hearthline patients list.")],
    days: Annotated[int | None, typer.Option(help="How many days, else as many as suit the report.")] = None,
    until: Until = None,
    as_of: AsOf = None,
    unit: Annotated[str, typer.Option(help="Of glucose: mg/dL or mmol/L.")] = "mg/dL",
    source: Source = "auto",
    goals: Goals = "auto",
    html: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the page as PDF/UA to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the rows of device-days to this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The whole report as one line of JSON.")] = False,
) -> None:
    """One report of one patient; a table of its figures, or all of it with --json."""
    from hearthline.reporting import show_report, write_file
    from reports.report import Options
    from reports.run import Wish
    from reports.run import run_report as make

    wish = Wish(report, patient, days, until, as_of, Options(unit, source, goals))
    with context.obj.reading() as session:
        made = make(session, wish, context.obj.now())
    for file, whole in ((html, made.html), (pdf, made.pdf), (csv, made.csv)):
        if file is not None:
            write_file(file, whole())
    show_report(made, json=json)
