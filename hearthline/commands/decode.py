"""`decode`: what would become of a payload; touches no database."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Json


class Format(StrEnum):
    """Payload formats; `auto` finds out."""

    AUTO = "auto"
    NATIVE = "native"


def command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Payload, or - for standard input.")],
    *,
    format_: Annotated[Format, typer.Option("--format", help="What the payload is written in.")] = Format.AUTO,
    topic: Annotated[str | None, typer.Option(help="Topic it came on; else guessed from its components.")] = None,
    json: Json = True,
) -> None:
    """Say what would become of a payload. Readings or refusals as JSON lines; exit 1 when anything was refused."""
    from hearthline.errors import NO, USAGE, Failure
    from hearthline.guess import guess_topic
    from hearthline.names import outcome_line
    from hearthline.show import show_json
    from ingest.decode import decode
    from ingest.decoded import Rejected

    payload = read_payload(file)
    topic = topic or guess_topic(payload)
    if topic is None:
        raise Failure(
            "cannot tell the measure of this payload", "say it: --topic hearthline/v1/up/DEVICE/MEASURE", USAGE
        )
    outcomes = decode(payload, topic, context.obj.now())
    for outcome in outcomes:
        show_json(outcome_line(outcome))
    raise typer.Exit(NO if any(isinstance(outcome, Rejected) for outcome in outcomes) else 0)


def read_payload(file: Path) -> bytes:
    """Bytes of the file, or of standard input for `-`; raises Failure (usage) where there are none to read."""
    from hearthline.errors import USAGE, explain_system

    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise explain_system(error, USAGE) or error from error
