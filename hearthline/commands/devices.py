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
    Column("missing", "missing (30 days)"),
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
    """All devices, with everybody who ever held them, and how many readings of the last 30 days are missing: numbers
    that a device left out between those that arrived."""
    from hearthline.names import device_line
    from registry.assignments import list_assignments
    from registry.devices import list_devices
    from registry.missing import count_missing

    with context.obj.reading() as session:
        held, missing = list_assignments(session), count_missing(session.connection(), context.obj.now())
        devices = list_devices(session)
        rows = [device_line(device, held) | {"missing": missing.get(device.id, 0)} for device in devices]
    show_rows(rows if json else map(_brief, rows), COLUMNS, json=json, none=NONE)


@app.command("show")
def show_device(context: typer.Context, device_id: str, *, json: Json = False) -> None:
    """One device: who held it, when it was last heard, which of its readings are missing, and when its count of them
    began again."""
    from hearthline.device_sheet import device_page, device_sheet
    from registry.assignments import list_assignments
    from registry.devices import get_device
    from registry.heard import last_heard
    from registry.missing import read_numbers

    with context.obj.reading() as session:
        device, held = get_device(session, device_id), list_assignments(session, device_id)
        numbers = read_numbers(session.connection(), device_id)
        page = device_page(device, held, numbers, last_heard(session, device_id))
    show_one(page if json else device_sheet(page), json=json)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    from hearthline.sheets import slot_text

    lasting = (held for held in row["assignments"] if held["until_at"] is None)
    return row | {"holders": ", ".join(held["patient"] + slot_text(held["slot"]) for held in lasting)}
