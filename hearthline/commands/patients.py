"""`patients`: who is being looked after."""

from typing import Annotated, Any

import typer

from hearthline.options import At, Author, From, Json, PatientOption, parse_name, parse_pair, parse_patient_id
from hearthline.show import remark, show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="Who is being looked after.")

COLUMNS = (
    Column("id", "patient", whole=True), Column("name", "name"), Column("zone", "zone"), Column("says", "facts"),
)  # fmt: skip
NONE = "no patients yet; see: hearthline patients add --help"


@app.command("add")
def add_patient(
    context: typer.Context,
    name: Annotated[str, typer.Argument(parser=parse_name)],
    *,
    zone: Annotated[str, typer.Option(help="IANA name that decides the patient's day, such as Europe/Paris.")],
    patient_id: Annotated[
        str | None, typer.Option("--id", parser=parse_patient_id, help="Id to use instead of a new one.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option(help="name=value, such as condition=heart_failure; repeatable.")
    ] = None,
    json: Json = False,
) -> None:
    """Enrol a patient, with what rules need to know about them."""
    from hearthline.facts import check_fact
    from hearthline.names import patient_line
    from hearthline.sheets import patient_sheet
    from registry.facts import set_fact
    from registry.patients import enrol_patient

    stated, now = [parse_pair(each) for each in fact or []], context.obj.now()
    for key, value in stated:
        check_fact(key, value)
    with context.obj.writing() as session:
        patient = enrol_patient(session, name=name, zone=zone, now=now, patient_id=patient_id)
        facts = [set_fact(session, patient.id, key, value, author="command line", now=now) for key, value in stated]
        line = (patient_line if json else patient_sheet)(patient, facts, [])
    show_one(line, json=json)


@app.command("list")
def show_patients(context: typer.Context, *, json: Json = False) -> None:
    """All patients by name."""
    from hearthline.names import patient_line
    from registry.assignments import list_assignments
    from registry.facts import list_facts
    from registry.patients import list_patients

    with context.obj.reading() as session:
        held = list_assignments(session)
        rows = [patient_line(each, list_facts(session, each.id), held) for each in list_patients(session)]
    show_rows(rows if json else map(_brief, rows), COLUMNS, json=json, none=NONE)


@app.command("show")
def show_patient(context: typer.Context, patient_id: str, *, json: Json = False) -> None:
    """One patient, with facts, devices and programmes, and the rules that cannot judge for want of a fact."""
    from hearthline.names import patient_line
    from hearthline.plans.enrolment import enrolment_line
    from hearthline.sheets import patient_sheet
    from hearthline.unjudged import unjudged, unjudged_texts
    from registry.assignments import list_assignments
    from registry.case import case_of
    from registry.enrolments import programmes_at
    from registry.facts import list_facts
    from registry.missing import count_missing
    from registry.patients import get_patient

    with context.obj.reading() as session:
        patient = get_patient(session, patient_id)
        held = [each for each in list_assignments(session) if each.patient_id == patient.id]
        missing = count_missing(session.connection(), context.obj.now(), sorted({each.device_id for each in held}))
        facts = list_facts(session, patient.id)
        line = patient_line(patient, facts, held) if json else patient_sheet(patient, facts, held, missing)
        now = context.obj.now()
        lacking = unjudged(case_of(session, patient.id, now))
        line |= {
            "programmes": [enrolment_line(each, json=json) for _, each in programmes_at(session, patient.id, now)],
            "cannot_judge": lacking if json else list(unjudged_texts(lacking)),
        }
    show_one(line, json=json)


@app.command("enrol")
def enrol_patient(
    context: typer.Context,
    *,
    patient: PatientOption,
    programme: Annotated[str, typer.Option(help="Which; see: hearthline plans list.")],
    baseline: Annotated[
        str | None, typer.Option(help="What the programme measures against, such as the weight at discharge in kg.")
    ] = None,
    from_at: From = None,
    author: Author,
    json: Json = False,
) -> None:
    """Put a patient into a programme: its limits and the condition it is for count from then on."""
    from hearthline.instants import instant_in
    from hearthline.plans.enrolment import enrol
    from registry.patients import get_patient

    with context.obj.writing() as session:
        begin = instant_in(get_patient(session, patient).zone, from_at)
        line, missing = enrol(session, patient, programme, baseline, author, context.obj.now(), begin)
    show_one(line, json=json)
    remark(missing)


@app.command("leave")
def leave(
    context: typer.Context,
    *,
    patient: PatientOption,
    programme: Annotated[str, typer.Option(help="Which.")],
    at: At = None,
    author: Author,
    json: Json = False,
) -> None:
    """Take a patient out of a programme: from then on its limits count no longer."""
    from hearthline.instants import instant_in
    from hearthline.names import line_of
    from registry.enrolments import leave_programme
    from registry.patients import get_patient

    now = context.obj.now()
    with context.obj.writing() as session:
        when = instant_in(get_patient(session, patient).zone, at)
        line = line_of(leave_programme(session, patient, programme, author=author, now=now, at=when), "replaced_by")
    show_one(line, json=json)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"says": ", ".join(f"{fact['name']}={fact['value']}" for fact in row["facts"])}
