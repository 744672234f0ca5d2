"""`plans set`, `renew`, `end`, `history` and `ending`: a patient's own limits, by whom and why."""

from datetime import timedelta
from typing import Annotated

import typer

from hearthline.options import At, Author, From, Json, PatientOption, Until, parse_days, parse_pair
from hearthline.show import remark, show_rows
from hearthline.tables import Column

SET = (
    Column("rule", "rule", whole=True), Column("parameter", "limit of", whole=True), Column("limit", "limit"),
    Column("role", "role"), Column("author", "set by"), Column("reason", "reason", below="author"),
    Column("from_at", "since", whole=True), Column("until_at", "until", whole=True),
)  # fmt: skip
HISTORY = (
    Column("origin", "from", whole=True), *SET, Column("recorded_at", "recorded", below="role", whole=True),
    Column("became", "what became of it"),
)  # fmt: skip
SOON = timedelta(days=14)
Rule = Annotated[str, typer.Option(help="Id of the rule; see: hearthline rules list.")]
Parameter = Annotated[str, typer.Option(help="Which of the rule's limits.")]
Reason = Annotated[str, typer.Option(help="Why; kept for good.")]


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
    from hearthline.plans.lines import off_rules, own_line, wished_limits
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
    from hearthline.plans.lines import own_line
    from registry.limits import renew_limit

    with context.obj.writing() as session:
        row = renew_limit(session, patient, rule, parameter, author=author, reason=reason, now=context.obj.now())
        line = own_line(row)
    show_rows([line], SET, json=json)


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
    from hearthline.plans.lines import own_line
    from registry.limits import end_limit
    from registry.patients import get_patient

    now = context.obj.now()
    with context.obj.writing() as session:
        when = instant_in(get_patient(session, patient).zone, at) or now
        rows = [
            own_line(each) for each in end_limit(session, patient, rule, parameter, at=when, author=author, now=now)
        ]
    show_rows(rows, SET, json=json)


def show_history(context: typer.Context, patient: str, *, json: Json = False) -> None:
    """Every limit that was ever set for a patient and every programme, by whom and why, and what became of it."""
    from hearthline.plans.lines import history_lines, told
    from registry.enrolments import list_enrolment_history
    from registry.limits import list_limit_history
    from registry.patients import get_patient

    with context.obj.reading() as session:
        limits = list_limit_history(session, get_patient(session, patient).id)
        rows = history_lines(limits, list_enrolment_history(session, patient))
    show_rows(rows if json else map(told, rows), HISTORY, json=json, none="no limit was ever set for this patient")


def show_ending(
    context: typer.Context,
    *,
    within: Annotated[timedelta | None, typer.Option(parser=parse_days, help="How soon; 14d when left out.")] = None,
    json: Json = False,
) -> None:
    """Limits of patients that end soon: then the programme's or the published one counts again."""
    from hearthline.plans.lines import own_line
    from registry.limits import list_ending

    with context.obj.reading() as session:
        rows = [own_line(each) for each in list_ending(session, context.obj.now(), within or SOON)]
    show_rows(rows, (Column("patient", "patient", whole=True), *SET), json=json, none="no limit ends so soon")
