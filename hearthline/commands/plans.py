"""`plans`: whose limits count, who set them and why, and the programmes that bring limits of their own."""

from typing import Annotated, Any

import typer

from hearthline.options import At, Json
from hearthline.plans import own
from hearthline.show import show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="Limits by programme and patient: which count, who set them and why.")
app.command("set")(own.set_own)
app.command("renew")(own.renew_own)
app.command("end")(own.end_own)
app.command("history")(own.show_history)
app.command("ending")(own.show_ending)

SHOWN = (
    Column("rule", "rule", whole=True), Column("parameter", "limit of", whole=True), Column("limit", "limit"),
    Column("origin", "from", whole=True), Column("author", "set by"), Column("from_at", "since", whole=True),
    Column("until_at", "until", whole=True), Column("also", "also"),
)  # fmt: skip
PROGRAMMES = (Column("id", "programme", whole=True), Column("words", "what for"), Column("review", "review"))
CARE_PLANS = (
    Column("programme", "programme", whole=True), Column("readings", "readings"), Column("broken", "broken"),
    Column("off", "must flag, and are off"),
)  # fmt: skip
WAITING = (
    Column("patient", "patient", whole=True), Column("programme", "programme", whole=True), Column("measure", "no"),
    Column("enrolled_at", "enrolled", whole=True), Column("due_at", "expected by", whole=True),
)  # fmt: skip
NONE = "no limit of the patient's own, and no programme; the published limits count (docs/rules.md)"


@app.command("list")
def list_programmes(*, json: Json = False) -> None:
    """The programmes that there are."""
    from hearthline.plans.lines import programme_line
    from registry.programmes import programmes

    show_rows(map(programme_line, programmes().values()), PROGRAMMES, json=json)


@app.command("show")
def show_plan(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Id of a patient, or a programme.")],
    *,
    at: At = None,
    everything: Annotated[bool, typer.Option("--all", help="Published limits too.")] = False,
    json: Json = False,
) -> None:
    """The limits that count for a patient now or at some time, whose they are, and which others there are; or one
    programme."""
    from hearthline.instants import instant_in
    from hearthline.plans.lines import limit_lines, limit_row, programme_line, programme_sheet
    from registry.case import case_of
    from registry.patients import get_patient
    from registry.programmes import programmes

    if name in programmes():
        return show_one((programme_line if json else programme_sheet)(programmes()[name]), json=json)
    with context.obj.reading() as session:
        when = instant_in(get_patient(session, name).zone, at) or context.obj.now()
        rows = limit_lines(case_of(session, name, context.obj.now()), when, everything=everything)
    return show_rows(rows if json else map(limit_row, rows), SHOWN, json=json, none=NONE)


@app.command("waiting")
def show_waiting(context: typer.Context, *, json: Json = False) -> None:
    """Who has sent no first reading in the time that a programme allows, and has to be called."""
    from registry.waiting import list_waiting

    with context.obj.reading() as session:
        rows = [
            {
                "patient": each.patient_id, "programme": each.programme, "measure": each.measure,
                "enrolled_at": each.enrolled_at, "due_at": each.due_at,
            }
            for each in list_waiting(session, context.obj.now())
        ]  # fmt: skip
    show_rows(rows, WAITING, json=json, none="nobody has to be called")


@app.command("check")
def check_care_plans(
    programme: Annotated[str | None, typer.Argument(help="Only this one.")] = None, *, json: Json = False
) -> None:
    """Run the care plans: tables of readings that must flag, or must not, beside the programmes."""
    from hearthline.errors import NO, Failure
    from hearthline.plans.lines import care_plan_line, care_plan_row
    from registry.enrolments import get_programme
    from registry.programmes import programmes

    chosen = programmes().values() if programme is None else [get_programme(programme)]
    rows: list[dict[str, Any]] = [care_plan_line(each) for each in chosen]
    show_rows(rows if json else map(care_plan_row, rows), CARE_PLANS, json=json)
    if any(row["broken"] for row in rows):
        raise Failure("a care plan does not hold", "mend the limit, or the table", NO)
