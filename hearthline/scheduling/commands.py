"""`reports schedule`: which reports are made when, of whom, and where they go."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from hearthline.options import Author, Ending, Json

app = typer.Typer(help="Reports made by themselves: when, of whom, and where they go.")

Report = Annotated[str, typer.Option(help="Its name, as in: hearthline reports run --help.")]
Patient = Annotated[str | None, typer.Option(help="Of this patient.")]
ProgrammeOption = Annotated[str | None, typer.Option(help="Of everybody who is in this programme then.")]
Everybody = Annotated[bool, typer.Option("--all", help="Of every patient.")]
Every = Annotated[str, typer.Option(help="day, week or month.")]
On = Annotated[str, typer.Option(help="Of a week monday to sunday; of a month 1 to 31, else its last day.")]
At = Annotated[str, typer.Option(metavar="HH:MM", help="By the clock of the zone.")]
Zone = Annotated[str, typer.Option(help="patient: by each patient's clock; clinic: by that of reports.zone.")]
To = Annotated[
    str, typer.Option(help="folder:PATH, mail:ADDRESS (a note), or 'mail:ADDRESS, private' (the report attached).")
]
Days = Annotated[int | None, typer.Option(min=1, max=36_525, help="How many days, else as many as suit the report.")]


@app.command("add")
def add(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    report: Report,
    patient: Patient = None,
    programme: ProgrammeOption = None,
    everybody: Everybody = False,
    every: Every = "week",
    on: On = "",
    at: At = "07:00",
    zone: Zone = "patient",
    to: To,
    days: Days = None,
    by: Author,
    json: Json = False,
) -> None:
    """From now on; what would have been due before is not made."""
    from hearthline.scheduling.adding import add_schedule, wanted
    from hearthline.show import show_one

    if [patient is not None, programme is not None, everybody].count(True) != 1:
        raise typer.BadParameter("name one of --patient, --programme and --all")
    said = wanted(context.obj.settings(), report, (patient, programme), days, (every, on, at), zone, to)
    with context.obj.writing() as session:
        line = add_schedule(session, said, context.obj.settings().reports.zone, author=by, now=context.obj.now())
    show_one(line, json=json)


@app.command("list")
def list_schedules(context: typer.Context, *, json: Json = False) -> None:
    """Every schedule, when it is due next, and what came of the last time."""
    from hearthline.scheduling.lines import SCHEDULES, for_people, schedule_lines
    from hearthline.show import show_rows

    with context.obj.reading() as session:
        lines = schedule_lines(session, context.obj.settings().reports.zone, context.obj.now())
    show_rows(lines if json else map(for_people, lines), SCHEDULES, json=json, none="no schedules")


@app.command("pause")
def pause(context: typer.Context, schedule: Ending, *, json: Json = False) -> None:
    """Make nothing until it is resumed."""
    _change(context, schedule, "pause", json=json)


@app.command("resume")
def resume(context: typer.Context, schedule: Ending, *, json: Json = False) -> None:
    """From now on again; what was due meanwhile is not made."""
    _change(context, schedule, "resume", json=json)


@app.command("remove")
def remove(context: typer.Context, schedule: Ending, *, json: Json = False) -> None:
    """For good. The reports that were made stay."""
    _change(context, schedule, "remove", json=json)


@app.command("run-now")
def run_now(context: typer.Context, schedule: Ending, *, json: Json = False) -> None:
    """Make and deliver it now, of everybody it is about; it stays due when it is."""
    from hearthline.endings import find_id
    from hearthline.scheduling.telling import tell_due
    from models.tables import ReportSchedule
    from reports.schedule.due import ask

    with context.obj.writing() as session:
        ask(session, session.get_one(ReportSchedule, find_id(session, ReportSchedule, schedule)), context.obj.now())
    tell_due(context.obj, json=json)


def run_due(context: typer.Context, beside: Sequence[object], *, due: bool, json: bool) -> None:
    """`reports run --due`; without it, a report to run was not named."""
    if not due:
        raise typer.BadParameter("name a --report, or --due")
    if any(each is not None for each in beside):
        raise typer.BadParameter("--due stands alone: what is made stands in the schedules")
    from hearthline.scheduling.telling import tell_due

    tell_due(context.obj, json=json)


def _change(context: typer.Context, ending: str, verb: str, *, json: bool) -> None:
    from hearthline.endings import find_id
    from hearthline.scheduling.lines import schedule_line
    from hearthline.show import show_one
    from models.tables import ReportSchedule
    from reports.schedule import record

    now, clinic = context.obj.now(), context.obj.settings().reports.zone
    with context.obj.writing() as session:
        row = session.get(ReportSchedule, find_id(session, ReportSchedule, ending))
        if row is None:
            raise typer.BadParameter("no schedule has this id; see: hearthline reports schedule list")
        getattr(record, verb)(row, now)
        line: dict[str, Any] = schedule_line(session, row, clinic, now)
    show_one(line, json=json)
