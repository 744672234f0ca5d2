"""`facts`: what is known of a patient, since when, and who said so."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hearthline.options import At, Author, From, Json, PatientOption, Until
from hearthline.show import remark, show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="What is known of a patient, since when, and who said so.")

COLUMNS = (
    Column("name", "fact", whole=True), Column("value", "value"), Column("unit", "unit", whole=True),
    Column("from_at", "from", whole=True), Column("until_at", "until", whole=True), Column("author", "author"),
)  # fmt: skip
HISTORY = (
    *COLUMNS, Column("recorded_at", "recorded", below="author", whole=True), Column("became", "what became of it"),
)  # fmt: skip
Name = Annotated[str, typer.Option(help="Which fact; `docs/rules.md` lists them all.")]
NONE = "nothing is stated; see: hearthline facts set --help"


@app.command("set")
def set_one(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    patient: PatientOption,
    name: Name,
    value: Annotated[str, typer.Option(help="One of the fact's words, or a value in its unit.")],
    unit: Annotated[str | None, typer.Option(help="Checked against the fact's own.")] = None,
    from_at: From = None,
    until_at: Until = None,
    author: Author,
    json: Json = False,
) -> None:
    """State a fact. Of values the newest statement holds; words such as conditions hold beside each other."""
    from hearthline.facts import check_fact, check_fact_unit, first_instant
    from hearthline.instants import instant_in
    from hearthline.names import fact_line
    from registry.facts import set_fact
    from registry.patients import get_patient

    check_fact(name, value)
    check_fact_unit(name, unit)
    now = context.obj.now()
    with context.obj.writing() as session:
        zone = get_patient(session, patient).zone
        begin, end = instant_in(zone, from_at) or first_instant(name, now), instant_in(zone, until_at)
        fact = set_fact(session, patient, name, value, author=author, now=now, from_at=begin, until_at=end)
        line = fact_line(fact)
    show_one(line, json=json)


@app.command("end")
def end_one(
    context: typer.Context,
    *,
    patient: PatientOption,
    name: Name,
    value: Annotated[str | None, typer.Option(help="Which of several; all of them when left out.")] = None,
    at: At = None,
    author: Author,
    json: Json = False,
) -> None:
    """Say that a fact holds no longer. What was stated stays in its history."""
    from hearthline.instants import instant_in
    from hearthline.names import fact_line
    from registry.facts import end_fact
    from registry.patients import get_patient

    now = context.obj.now()
    with context.obj.writing() as session:
        when = instant_in(get_patient(session, patient).zone, at) or now
        ended = [fact_line(each) for each in end_fact(session, patient, name, value, at=when, author=author, now=now)]
    show_rows(ended, COLUMNS, json=json)


@app.command("list")
def list_in_force(context: typer.Context, *, patient: PatientOption, at: At = None, json: Json = False) -> None:
    """What holds now, or held then."""
    from hearthline.instants import instant_in
    from hearthline.names import fact_line
    from registry.facts import in_force, list_facts
    from registry.patients import get_patient

    with context.obj.reading() as session:
        when = instant_in(get_patient(session, patient).zone, at) or context.obj.now()
        rows = [fact_line(each) for each in in_force(list_facts(session, patient), when)]
    show_rows(rows, COLUMNS, json=json, none=NONE)


@app.command("history")
def show_history(
    context: typer.Context,
    *,
    patient: PatientOption,
    name: Annotated[str | None, typer.Option(help="Only this fact.")] = None,
    json: Json = False,
) -> None:
    """Everything that was ever stated, by whom and when, and what took its place."""
    from hearthline.names import fact_history_line
    from registry.facts import list_fact_history
    from registry.patients import get_patient

    with context.obj.reading() as session:
        facts = list_fact_history(session, get_patient(session, patient).id)
        rows = [fact_history_line(each, facts) for each in facts if name in (None, each.name)]
    show_rows(rows if json else map(_told, rows), HISTORY, json=json, none=NONE)


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with the columns patient,name,value,unit,from,until,author.")],
    *,
    author: Author,
    json: Json = False,
) -> None:
    """State many facts from a CSV file: all of them, or none when a row cannot be."""
    from hearthline.fact_file import import_facts
    from hearthline.names import fact_line

    with context.obj.writing() as session:
        rows = [fact_line(each) for each in import_facts(session, file, author, context.obj.now())]
    if json:
        show_rows(rows, COLUMNS, json=True)
    else:
        remark([f"{len(rows)} facts stated of {len({row['patient'] for row in rows})} patients"])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """The last of what happened to it, in words."""
    if row["replaced_by"]:
        became = f"replaced on {row['replaced_at']:%Y-%m-%d %H:%M}Z by {row['replacing_author']}"
    elif row["superseded_from"]:
        became = f"superseded from {row['superseded_from']:%Y-%m-%d %H:%M}Z by {row['superseding_value']}"
    else:
        became = "stands"
    return row | {"became": became}
