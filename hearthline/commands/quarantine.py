"""`quarantine`: what was refused, and another try after a fix."""

from itertools import islice
from typing import Annotated

import typer

from hearthline.options import Ending, Json
from hearthline.show import show_one, show_rows
from hearthline.tables import Column

app = typer.Typer(help="What was refused, and another try after a fix.")

COLUMNS = (
    Column("id", "refusal", ending=True),
    Column("received_at", "received", whole=True),
    Column("device", "device"),
    Column("code", "code"),
    Column("pointer", "where", below="code"),
    Column("state", "state", below="received_at"),
)
STATES = ("open", "resolved", "dismissed")


@app.command("list")
def show_refusals(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option(help="open, resolved or dismissed.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this verdict code.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    json: Json = False,
) -> None:
    """Refusals, newest first."""
    from hearthline.names import line_of
    from hearthline.worklist import check_word
    from ingest.codes import CODES
    from ingest.quarantine import list_refusals

    check_word("state", state, STATES)
    check_word("code", code, CODES)
    with context.obj.reading() as session:
        rows = [line_of(refusal) for refusal in islice(list_refusals(session, state=state, code=code), limit)]
    show_rows(rows, COLUMNS, json=json, none="nothing in quarantine")


@app.command("show")
def show_refusal(context: typer.Context, refusal_id: Ending, *, json: Json = False) -> None:
    """One refusal: what the code means, and what was sent. All of the message with --json."""
    from hearthline.endings import find_id
    from hearthline.names import line_of, payload_text
    from hearthline.sheets import refusal_sheet
    from ingest.codes import CODES
    from ingest.quarantine import get_payload, get_refusal
    from models.tables import Refusal

    with context.obj.reading() as session:
        refusal = get_refusal(session, find_id(session, Refusal, refusal_id))
        payload, meaning = get_payload(session, refusal), CODES.get(refusal.code)
        if json:
            line = line_of(refusal) | {"meaning": meaning, "payload": payload_text(payload)}
        else:
            line = refusal_sheet(refusal, meaning, payload)
    show_one(line, json=json)


@app.command("replay")
def replay(context: typer.Context, refusal_id: Ending, *, json: Json = False) -> None:
    """Try a refused element again; exit 1 when it is refused again. The first verdict stays on record."""
    from sqlalchemy.orm import Session

    from hearthline.endings import find_id
    from ingest.quarantine import replay_refusal
    from models.engine import open_writer
    from models.tables import Refusal

    with context.obj.opened(open_writer) as engine:
        with Session(engine) as session:
            found = find_id(session, Refusal, refusal_id)
        replayed = replay_refusal(engine, found, clock=context.obj.now)
    verdict = replayed.verdict
    line = {"refusal": replayed.refusal, "message": replayed.message, "verdict": verdict.verdict, "code": verdict.code}
    show_one(line, json=json)
    raise typer.Exit(1 if verdict.verdict == "quarantined" else 0)
