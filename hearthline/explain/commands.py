"""`flags as-of`, `flags explain` and `flags coverage`: questions that are answered from the record."""

from datetime import datetime
from typing import Annotated, Any

import typer

from hearthline.options import Json, parse_ending, parse_instant
from hearthline.show import remark, show_one, show_rows

INSTANT = "2026-01-05T07:12:00Z"
At = Annotated[datetime, typer.Argument(parser=parse_instant, metavar="T", help=f"When, such as {INSTANT}.")]
OnePatient = Annotated[str | None, typer.Option(help="Only this patient (id).")]
OfPatient = Annotated[str | None, typer.Option("--patient", help="Why there is or is none of this patient (id).")]
OfRule = Annotated[str | None, typer.Option("--rule", help="By this rule (id).")]
AtTime = Annotated[datetime | None, typer.Option("--at", parser=parse_instant, help="When (RFC 3339), else now.")]
OfFlag = Annotated[
    str | None,
    typer.Argument(parser=parse_ending, metavar="[FLAG]", help="Its id, or the last characters that a table shows."),
]


def as_of(context: typer.Context, at: At, *, patient: OnePatient = None, json: Json = False) -> None:
    """The worklist as it stood at T. The table shows what was to be worked on then, --json every status."""
    from hearthline.commands.flags import ACTIVE, COLUMNS
    from hearthline.explain.then import as_of_rows, not_known

    with context.obj.reading() as session:
        rows = as_of_rows(session, at, patient, statuses=None if json else ACTIVE, json=json)
    show_rows(rows, COLUMNS, json=json, none="no flags to work on then")
    remark([] if json else not_known(rows))


def explain(
    context: typer.Context,
    flag: OfFlag = None,
    *,
    patient: OfPatient = None,
    rule: OfRule = None,
    at: AtTime = None,
    json: Json = False,
) -> None:
    """Why there is a flag: each reading that counted or did not, limits, facts, and what closes it. With --patient and
    --rule, why there was none."""
    with context.obj.reading() as session:
        line = _explained(session, flag, patient, rule, at, context.obj.now(), json=json)
    show_one(line, json=json)


def _explained(
    session: Any, flag: str | None, patient: str | None, rule: str | None, at: datetime | None, now: datetime, *,
    json: bool,
) -> dict[str, Any]:  # fmt: skip
    from hearthline.errors import USAGE, Failure
    from hearthline.explain.asked import explained_absence, explained_flag

    absence = patient is not None or rule is not None or at is not None
    if flag is not None and not absence:
        return explained_flag(session, flag, now, json=json)
    if flag is not None or patient is None or rule is None:
        raise Failure("name a flag, or --patient and --rule", "see: hearthline flags explain --help", USAGE)
    return explained_absence(session, patient, rule, at or now, now, json=json)


def coverage(
    context: typer.Context,
    *,
    patient: Annotated[str, typer.Option(help="Of whom (id).")],
    days: Annotated[int, typer.Option(min=1, max=366, help="Of so many days until now.")] = 30,
    json: Json = False,
) -> None:
    """In which hours each rule could have fired, and why not in the others: what "no flag" is worth."""
    from hearthline.explain.cover import COLUMNS, coverage_lines, coverage_table

    now = context.obj.now()
    with context.obj.reading() as session:
        if json:
            rows, silent = coverage_lines(session, patient, days, now), list[str]()
        else:
            rows, silent = coverage_table(session, patient, days, now)
    show_rows(rows, COLUMNS, json=json, none="no rule could fire")
    remark(silent)
