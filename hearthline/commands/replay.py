"""`replay`: recordings of real people, published as a device would."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Json, parse_name, parse_pair
from hearthline.show import remark, show_one


class Format(StrEnum):
    """What recordings are written in; `auto` goes by --map, the name and the first line."""

    AUTO = "auto"
    NATIVE = "native"
    CSV = "csv"


Written = Annotated[Format, typer.Option("--format", help="native is JSON; auto goes by --map, name and first line.")]


def command(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="JSON lines of readings, a payload, or a CSV with --map.")],
    *,
    device: Annotated[str, typer.Option(help="Id of an enrolled device, or new.")],
    patient: Annotated[
        str | None, typer.Option(parser=parse_name, help="With --device new: name of a new patient who holds it.")
    ] = None,
    format_: Written = Format.AUTO,
    map_: Annotated[str | None, typer.Option("--map", help="measured_at=time,glucose=gl:mg/dL for a CSV.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA zone of times without an offset.")] = None,
    measure: Annotated[str | None, typer.Option(help="Else told by the components.")] = None,
    with_context: Annotated[list[str] | None, typer.Option("--context", help="name=value for each CSV row.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="column=text: only such CSV rows; repeatable.")] = None,
    speed: Annotated[float | None, typer.Option(min=0.001, help="Recorded seconds a second; else at once.")] = None,
    settle: Annotated[float, typer.Option(min=0, help="Seconds to wait for receipts that do not come.")] = 60.0,
    json: Json = False,
) -> None:
    """Publish recordings until all have receipts; exit 1 when one is missing. Rows that hold no reading are sent too,
    and refused by ingest; a file in which no row fits is refused before anybody is enrolled."""
    from hearthline.recordings import Source
    from hearthline.replay import Wish, replay

    pairs = [dict(map(parse_pair, each or ())) for each in (with_context, only)]
    source = Source(tuple(files), map_, zone, measure, pairs[0], pairs[1], format_)
    outcome = replay(context.obj, Wish(source, device, patient, speed, settle))
    show_one(outcome.summary, json=json)
    remark(outcome.remarks)
    raise typer.Exit(outcome.code)
