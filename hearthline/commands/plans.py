"""`plans`: whose limits count, who set them and why, and the programmes that bring limits of their own."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from hearthline.options import At, Author, From, Json, PatientOption, Until, parse_days, parse_pair
from hearthline.show import remark, show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="Limits by programme and patient: which count, who set them and why.")

SHOWN = (
    Column("rule", "rule", whole=True), Column("parameter", "limit of", whole=True), Column("limit", "limit"),
    Column("origin", "from", whole=True), Column("author", "set by"), Column("from_at", "since", whole=True),
    Column("until_at", "until", whole=True), Column("also", "also"),
)  # fmt: skip
SET = (
    *SHOWN[:3], Column("role", "role"), Column("author", "set by"), Column("reason", "reason", below="author"),
    *SHOWN[5:7],
)  # fmt: skip
HISTORY = (
    Column("origin", "from", whole=True), *SET, Column("recorded_at", "recorded", below="role", whole=True),
    Column("became", "what became of it"),
)  # fmt: skip
PROGRAMMES = (Column("id", "programme", whole=True), Column("words", "what for"), Column("review", "review"))
CARE_PLANS = (
    Column("programme", "programme", whole=True), Column("readings", "readings"), Column("broken", "broken"),
    Column("off", "must flag, and are off"),
)  # fmt: skip
SOON = timedelta(days=14)
WAITING = (
    Column("patient", "patient", whole=True), Column("programme", "programme", whole=True), Column("measure", "no"),
    Column("enrolled_at", "enrolled", whole=True), Column("due_at", "expected by", whole=True),
)  # fmt: skip
Rule = Annotated[str, typer.Option(help="Id of the rule; see: hearthline rules list.")]
Parameter = Annotated[str, typer.Option(help="Which of the rule's limits.")]
Reason = Annotated[str, typer.Option(help="Why; kept for good.")]
NONE = "no limit of the patient's own, and no programme; the published limits count (docs/rules.md)"


@app.command("list")
def list_programmes(*, json: Json = False) -> None:
    """The programmes that there are."""
    from hearthline.plan_lines import programme_line
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
    from hearthline.plan_lines import limit_lines, limit_row, programme_line, programme_sheet
    from registry.case import case_of
    from registry.patients import get_patient
    from registry.programmes import programmes

    if name in programmes():
        return show_one((programme_line if json else programme_sheet)(programmes()[name]), json=json)
    with context.obj.reading() as session:
        when = instant_in(get_patient(session, name).zone, at) or context.obj.now()
        rows = limit_lines(case_of(session, name, context.obj.now()), when, everything=everything)
    return show_rows(rows if json else map(limit_row, rows), SHOWN, json=json, none=NONE)


@app.command("set")
def set_own(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    patient: PatientOption,
    rule: Rule,
    numbers: Annotated[list[str], typer.Option("--set", help="name=number, such as systolic=165; repeatable.")],
    unit: Annotated[str | None, typer.Option(help="Of the numbers; needed where two are published.")] = None,
    reason: Reason,
    role: Annotated[str, typer.Option(help="nurse or provider; beyond an absolute limit only a provider.")],
    from_at: From = None,
    until_at: Until = None,
    author: Author,
    json: Json = False,
) -> None:
    """Set a patient's own limits. Beyond the absolute safety limit only a provider may, for 90 days."""
    from hearthline.instants import instant_in
    from hearthline.plan_lines import off_rules, own_line, wished_limits
    from registry.limits import set_limits
    from registry.patients import get_patient

    said, now = [parse_pair(each) for each in numbers], context.obj.now()
    with context.obj.writing() as session:
        zone = get_patient(session, patient).zone
        span = instant_in(zone, from_at) or now, instant_in(zone, until_at)
        wished = wished_limits(rule, said, unit, span, (author, role, reason))
        rows = [own_line(each) for each in set_limits(session, patient, wished, now=now)]
    show_rows(rows, SET, json=json)
    remark(f"{each} is off: it raises nothing" for each in ([] if json else off_rules([rule])))


@app.command("renew")
def renew_own(
    context: typer.Context,
    *,
    patient: PatientOption,
    rule: Rule,
    parameter: Parameter,
    reason: Annotated[str, typer.Option(help="Why; the old reason when left out.")] = "",
    author: Author,
    json: Json = False,
) -> None:
    """As a provider, let a limit beyond the absolute one count for 90 days more."""
    from hearthline.plan_lines import own_line
    from registry.limits import renew_limit

    with context.obj.writing() as session:
        row = renew_limit(session, patient, rule, parameter, author=author, reason=reason, now=context.obj.now())
        line = own_line(row)
    show_rows([line], SET, json=json)


@app.command("end")
def end_own(
    context: typer.Context,
    *,
    patient: PatientOption,
    rule: Rule,
    parameter: Parameter,
    at: At = None,
    author: Author,
    json: Json = False,
) -> None:
    """Let a patient's own limit count no longer; what it was stays in the history."""
    from hearthline.instants import instant_in
    from hearthline.plan_lines import own_line
    from registry.limits import end_limit
    from registry.patients import get_patient

    now = context.obj.now()
    with context.obj.writing() as session:
        when = instant_in(get_patient(session, patient).zone, at) or now
        rows = [
            own_line(each) for each in end_limit(session, patient, rule, parameter, at=when, author=author, now=now)
        ]
    show_rows(rows, SET, json=json)


@app.command("history")
def show_history(context: typer.Context, patient: str, *, json: Json = False) -> None:
    """Every limit that was ever set for a patient and every programme, by whom and why, and what became of it."""
    from hearthline.plan_lines import history_lines, told
    from registry.enrolments import list_enrolment_history
    from registry.limits import list_limit_history
    from registry.patients import get_patient

    with context.obj.reading() as session:
        limits = list_limit_history(session, get_patient(session, patient).id)
        rows = history_lines(limits, list_enrolment_history(session, patient))
    show_rows(rows if json else map(told, rows), HISTORY, json=json, none="no limit was ever set for this patient")


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


@app.command("ending")
def show_ending(
    context: typer.Context,
    *,
    within: Annotated[timedelta | None, typer.Option(parser=parse_days, help="How soon; 14d when left out.")] = None,
    json: Json = False,
) -> None:
    """Limits of patients that end soon: then the programme's or the published one counts again."""
    from hearthline.plan_lines import own_line
    from registry.limits import list_ending

    with context.obj.reading() as session:
        rows = [own_line(each) for each in list_ending(session, context.obj.now(), within or SOON)]
    show_rows(rows, (Column("patient", "patient", whole=True), *SET), json=json, none="no limit ends so soon")


@app.command("check")
def check_care_plans(
    programme: Annotated[str | None, typer.Argument(help="Only this one.")] = None, *, json: Json = False
) -> None:
    """Run the care plans: tables of readings that must flag, or must not, beside the programmes."""
    from hearthline.errors import NO, Failure
    from hearthline.plan_lines import care_plan_line, care_plan_row
    from registry.enrolments import get_programme
    from registry.programmes import programmes

    chosen = programmes().values() if programme is None else [get_programme(programme)]
    rows: list[dict[str, Any]] = [care_plan_line(each) for each in chosen]
    show_rows(rows if json else map(care_plan_row, rows), CARE_PLANS, json=json)
    if any(row["broken"] for row in rows):
        raise Failure("a care plan does not hold", "mend the limit, or the table", NO)
