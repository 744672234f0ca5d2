"""`reports`: months of readings on one page a question."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flags.uncollected import uncollected
from hearthline import export_commands
from hearthline.options import parse_instant
from hearthline.scheduling import commands as scheduling
from hearthline.scheduling import made

app = typer.Typer(
    help="Months of readings on one page a question: rule matches and trends for review by a licensed professional;"
    " not monitoring, not an alarm, not for emergencies."
)


Report = Annotated[
    str | None,
    typer.Option(
        help="agp, home-bp, weight, sleep, patient, panel, device-days or quality; with --folder all: what suits."
    ),
]
Until = Annotated[datetime | None, typer.Option(parser=parse_instant, help="The period's end, else now.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(parser=parse_instant, help="The cursor of an earlier report: the same figures again."),
]
Source = Annotated[str, typer.Option(help="Of glucose: cgm, meter, or auto: the sensor where there is one.")]
Goals = Annotated[str, typer.Option(help="Of glucose: adult, older, pregnancy, or auto: by the facts.")]
Due = Annotated[bool, typer.Option("--due", help="Instead: all that is due on schedule, once, as for cron.")]
Everybody = Annotated[bool, typer.Option("--all", help="Everybody: a panel, or into --folder.")]
Programme = Annotated[str | None, typer.Option(help="Whoever is in it at the period's end: a panel, or into --folder.")]
Folder = Annotated[Path | None, typer.Option(help="Write a file a patient, report and form into this folder.")]
Forms = Annotated[str, typer.Option(help="Of the files in --folder: some of html, json and pdf.")]


@app.command("run")
@uncollected()  # what it imports and reads stays to its end; what makes many collects by itself
def run_report(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    report: Report = None,
    patient: Annotated[str | None, typer.Option(help="Id, as in: hearthline patients list.")] = None,
    everybody: Everybody = False,
    programme: Programme = None,
    folder: Folder = None,
    forms: Forms = "html,json",
    due: Due = False,
    days: Annotated[int | None, typer.Option(help="How many days, else as many as suit the report.")] = None,
    until: Until = None,
    as_of: AsOf = None,
    unit: Annotated[str | None, typer.Option(help="Of glucose: mg/dL or mmol/L, else that of reports.unit.")] = None,
    source: Source = "auto",
    goals: Goals = "auto",
    html: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the page as PDF/UA to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the rows of device-days to this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The report as a line of JSON; of many, a line each.")] = False,
) -> None:
    """One report of one patient: a table of its figures, or all of it with --json. Of many patients: a folder."""
    if report is None or due:
        return scheduling.run_due(context, (report, patient, programme, folder, html, pdf, csv), due=due, json=json)
    from hearthline import report_folder, reporting

    who, options = (patient, programme, everybody), reporting.options_of(context.obj, unit, source, goals)
    wish = reporting.wish_for(report, who, days, until, as_of, options)
    if folder is None:
        return reporting.make_one(context.obj, wish, {"html": html, "pdf": pdf, "csv": csv}, json=json)
    return report_folder.fill_folder(context.obj, wish, report_folder.whom(*who), folder, forms, json=json)


app.add_typer(scheduling.app, name="schedule")
app.command("list")(made.list_reports)
app.command("show")(made.show_report)
app.command("open")(made.open_report)
app.command("worker")(made.work)
app.command("export")(export_commands.export_readings)
app.command("spread")(export_commands.spread_report)
