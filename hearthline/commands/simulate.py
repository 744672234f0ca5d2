"""`simulate`: patients, devices and their faults, played over the wire."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Json, parse_instant
from hearthline.show import show_one

app = typer.Typer(help="Simulated patients, devices and their faults.")

FAULTS = "all, none, or names with commas between them."


@app.command("run")
def run_simulation(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    patients: Annotated[int, typer.Option(min=1)] = 12,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days that end at --until.")] = 30,
    seed: Annotated[int, typer.Option(help="Decides ids, values and faults.")] = 1,
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="Simulated seconds a second; else as fast as answers come.")
    ] = None,
    faults: Annotated[str, typer.Option(help=FAULTS)] = "none",
    until: Annotated[datetime | None, typer.Option(parser=parse_instant, help="End (RFC 3339), else now.")] = None,
    settle: Annotated[float, typer.Option(min=0, help="Seconds to wait for receipts that do not come.")] = 60.0,
    ledger: Annotated[Path | None, typer.Option(help="Where to write the truth, a JSON line a reading.")] = None,
    json: Json = False,
) -> None:
    """Enrol patients and devices, play their days, wait for every receipt; exit 1 when one is missing."""
    from hearthline.simulation import Wish, play_wish, read_faults

    now = context.obj.now()
    wish = Wish(patients, days, seed, until or now, read_faults(faults), speed, settle, ledger)
    summary, code = play_wish(context.obj, wish)
    show_one(summary | {"seconds": round(summary["seconds"], 2)}, json=json)
    raise typer.Exit(code)
