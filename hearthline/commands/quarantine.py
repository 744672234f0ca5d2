"""`quarantine`: what was refused, and another try after a fix."""

from typing import Annotated
from uuid import UUID

import typer

from hearthline.options import Json
from hearthline.show import Column, show_one, show_rows

app = typer.Typer(help="What was refused, and another try after a fix.")

TITLES = {
    "id": "refusal",
    "received_at": "received",
    "device": "device",
    "code": "code",
    "pointer": "where",
    "state": "state",
}
COLUMNS = tuple(Column(name, title) for name, title in TITLES.items())


@app.command("list")
def show_refusals(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option(help="open, resolved or dismissed.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this verdict code.")] = None,
    json: Json = False,
) -> None:
    """Refusals, newest first."""
    from hearthline.names import line_of
    from ingest.quarantine import list_refusals

    with context.obj.reading() as session:
        rows = [line_of(refusal) for refusal in list_refusals(session, state=state, code=code)]
    show_rows(rows, COLUMNS, json=json, none="nothing in quarantine")


@app.command("show")
def show_refusal(context: typer.Context, refusal_id: UUID, *, json: Json = False) -> None:
    """One refusal: what the code means, and the message as it was received."""
    from hearthline.names import line_of, payload_text
    from ingest.codes import CODES
    from ingest.quarantine import get_payload, get_refusal

    with context.obj.reading() as session:
        refusal = get_refusal(session, refusal_id)
        payload = payload_text(get_payload(session, refusal))
        line = line_of(refusal) | {"meaning": CODES.get(refusal.code), "payload": payload}
    show_one(line, json=json)


@app.command("replay")
def replay(context: typer.Context, refusal_id: UUID, *, json: Json = False) -> None:
    """Try a refused element again; exit 1 when it is refused again. The first verdict stays on record."""
    from ingest.quarantine import replay_refusal
    from models.engine import open_writer

    with context.obj.opened(open_writer) as engine:
        replayed = replay_refusal(engine, refusal_id, clock=context.obj.now)
    verdict = replayed.verdict
    line = {"refusal": replayed.refusal, "message": replayed.message, "verdict": verdict.verdict, "code": verdict.code}
    show_one(line, json=json)
    raise typer.Exit(1 if verdict.verdict == "quarantined" else 0)
