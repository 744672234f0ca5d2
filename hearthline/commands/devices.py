"""`devices`: which may publish, and who holds them."""

from datetime import datetime
from typing import Annotated, Any

import typer

from hearthline.options import Json, parse_instant, parse_model
from hearthline.show import remark, show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="Which devices may publish, and who holds them.")

COLUMNS = (
    Column("id", "device", whole=True),
    Column("model", "model"),
    Column("gateway", "gateway"),
    Column("holders", "held by"),
)
NONE = "no devices yet; see: hearthline devices enrol --help"


@app.command("enrol")
def enrol(
    context: typer.Context,
    device_id: str,
    model: Annotated[str, typer.Argument(parser=parse_model)],
    *,
    gateway: Annotated[str | None, typer.Option(help="Device that may publish for this one.")] = None,
    json: Json = False,
) -> None:
    """Enrol a device: it may publish at once. Until somebody holds it, its readings go into quarantine
    (identify.unassigned), from which quarantine replay brings them back."""
    from hearthline.names import device_line
    from registry.devices import enrol_device

    with context.obj.writing() as session:
        device = enrol_device(session, device_id, model, now=context.obj.now(), gateway_id=gateway)
        line = device_line(device, [])
    show_one(line, json=json)


@app.command("assign")
def assign(
    context: typer.Context,
    device_id: str,
    *,
    patient: Annotated[str, typer.Option(help="Id of the patient who holds it from then on.")],
    slot: Annotated[int | None, typer.Option(min=0, max=255, help="User of a shared device; else all of it.")] = None,
    from_at: Annotated[
        datetime | None, typer.Option("--from", help="Since when (RFC 3339).", parser=parse_instant)
    ] = None,
    json: Json = False,
) -> None:
    """Say who holds a device; stored readings of that time become theirs. What was refused for want of a holder can be
    tried again; how much that is, and how, is said."""
    from hearthline.names import line_of
    from hearthline.refusals import worth_another_try
    from registry.assignments import assign_device

    with context.obj.writing() as session:
        held = assign_device(session, device_id, patient, now=context.obj.now(), slot=slot, from_at=from_at)
        line, waiting = line_of(held), worth_another_try(session, device_id)
    show_one(line, json=json)
    remark(waiting)


@app.command("list")
def show_devices(context: typer.Context, *, json: Json = False) -> None:
    """All devices, with everybody who ever held them."""
    from hearthline.names import device_line
    from registry.assignments import list_assignments
    from registry.devices import list_devices

    with context.obj.reading() as session:
        held = list_assignments(session)
        rows = [device_line(device, held) for device in list_devices(session)]
    show_rows(rows if json else map(_brief, rows), COLUMNS, json=json, none=NONE)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    from hearthline.sheets import slot_text

    lasting = (held for held in row["assignments"] if held["until_at"] is None)
    return row | {"holders": ", ".join(held["patient"] + slot_text(held["slot"]) for held in lasting)}
