"""`flags`: the worklist, as a nurse works: by severity, then by who waits longest."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from hearthline.explain import commands as asked
from hearthline.options import Actor, Ending, Json, Note, parse_instant
from hearthline.show import remark, show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="The worklist. Rule matches for review by a licensed professional.")

COLUMNS = (
    Column("severity", "severity"),
    Column("patient", "patient"),
    Column("rule", "rule"),
    Column("newest", "newest"),
    Column("limit", "limit", below="newest"),
    Column("since", "since, their time", whole=True),
    Column("often", "how often", below="since"),
    Column("note", "now", below="rule"),
    Column("status", "status", below="severity"),
    Column("id", "flag", below="patient", ending=True),
)
ACTIVE = ("open", "acknowledged", "in_progress")
app.command("as-of")(asked.as_of)
app.command("explain")(asked.explain)
app.command("coverage")(asked.coverage)
Statuses = Annotated[
    list[str] | None, typer.Option(help="open, acknowledged, in_progress, resolved, withdrawn; repeatable.")
]


@app.command("list")
def list_worklist(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    patient: Annotated[str | None, typer.Option(help="Only this patient (id).")] = None,
    severity: Annotated[str | None, typer.Option(help="Only CRIT, HIGH, MOD or INFO.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule (id).")] = None,
    status: Statuses = None,
    since: Annotated[
        datetime | None, typer.Option(parser=parse_instant, help="Only what still went on then (RFC 3339), or later.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Each flag, those of one cause too.")] = False,
    json: Json = False,
) -> None:
    """By severity, then longest waiting. The table shows what is still to be worked on, flags of one cause as one with
    the highest; --json every flag of every status."""
    from flags.worklist import list_flags
    from hearthline.worklist import behind_since, check_filters, list_lines, list_rows
    from registry.patients import get_patient

    check_filters(severity, rule, status)
    wanted = status or (None if json else ACTIVE)
    with context.obj.reading() as session:
        patient = None if patient is None else get_patient(session, patient).id
        found = list_flags(session, patient=patient, severity=severity, rule=rule, status=wanted, since=since)
        rows = list_lines(session, found, limit) if json else list_rows(session, found, limit, every=every)
        lacking = [] if patient is None or json else _lacking(session, patient, context.obj.now(), empty=not rows)
        behind = behind_since(session, context.obj.now())
    show_rows(rows, COLUMNS, json=json, none="no flags to work on")
    remark([*lacking, *behind])


@app.command("show")
def show_flag(context: typer.Context, flag_id: Ending, *, json: Json = False) -> None:
    """One flag: the rule and its source, the readings in the patient's local time, what was done."""
    from flags.worklist import get_flag
    from hearthline.endings import find_id
    from models.tables import Flag

    with context.obj.reading() as session:
        line = _page(session, get_flag(session, find_id(session, Flag, flag_id)), json=json)
    show_one(line, json=json)


@app.command("acknowledge")
def acknowledge_flag(
    context: typer.Context, flag_id: Ending, *, by: Actor, note: Note = "", json: Json = False
) -> None:
    """Say that somebody has seen it."""
    from flags.actions import acknowledge

    _act(context, acknowledge, flag_id, by, note, json=json)


@app.command("resolve")
def resolve_flag(context: typer.Context, flag_id: Ending, *, by: Actor, note: Note = "", json: Json = False) -> None:
    """Say that it is dealt with; a later match raises a new one."""
    from flags.actions import resolve

    _act(context, resolve, flag_id, by, note, json=json)


def _lacking(session: Any, patient_id: str, now: datetime, *, empty: bool) -> list[str]:
    """A line where rules cannot judge, and where there are no flags one for how long any could have been raised:
    without them "no flags" would say too much."""
    from hearthline.explain.cover import coverage_remark
    from hearthline.unjudged import unjudged, unjudged_texts
    from registry.case import case_of

    lacking = unjudged(case_of(session, patient_id, now))
    watched = coverage_remark(session, patient_id, now) if empty else []
    return [*(["; ".join(unjudged_texts(lacking))] if lacking else []), *watched]


def _act(context: typer.Context, act: Callable[..., object], ending: str, actor: str, note: str, *, json: bool) -> None:
    from flags.worklist import get_flag
    from hearthline.endings import find_id
    from models.tables import Flag

    with context.obj.writing() as session:
        flag_id = find_id(session, Flag, ending)
        act(session, flag_id, actor=actor, note=note, now=context.obj.now())
        line = _page(session, get_flag(session, flag_id), json=json)
    show_one(line, json=json)


def _page(session: Any, flag: Any, *, json: bool) -> dict[str, Any]:
    from hearthline.worklist import flag_page, flag_sheet
    from registry.patients import get_patient

    return (flag_page if json else flag_sheet)(flag, get_patient(session, flag.patient_id))
