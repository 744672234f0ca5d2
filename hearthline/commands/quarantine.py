"""`quarantine`: what was refused, and another try after a fix."""

from itertools import islice
from typing import Annotated, Any

import typer

from hearthline.options import Ending, Endings, Json
from hearthline.show import remark, show_json, show_line, show_one, show_rows
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
def replay(
    context: typer.Context,
    refusal_ids: Endings = None,
    *,
    code: Annotated[str | None, typer.Option(help="All open ones with this verdict code.")] = None,
    device: Annotated[str | None, typer.Option(help="All open ones of this device.")] = None,
    json: Json = False,
) -> None:
    """Try refused elements again; exit 1 when one is refused again. The first verdicts stay on record."""
    from sqlalchemy.orm import Session

    from hearthline.refusals import choose, try_again
    from hearthline.worklist import check_word
    from ingest.codes import CODES
    from models.engine import open_writer

    check_word("code", code, CODES)
    stored = True
    with context.obj.opened(open_writer) as engine:
        with Session(engine) as session:
            chosen = choose(session, refusal_ids or (), code, device)
        for line in try_again(engine, chosen, context.obj.now):
            stored = stored and line["verdict"] in ("stored", "duplicate", "noted")
            _show_try(line, json=json)
    if not chosen:
        remark(["nothing open in quarantine matches"])
    raise typer.Exit(0 if stored else 1)


def _show_try(line: dict[str, Any], *, json: bool) -> None:
    """As each ends: many take a while. What could not be tried was said already."""
    from hearthline.endings import ending_of

    if line["verdict"] is None:
        return
    if json:
        show_json(line)
    else:
        show_line(f"{ending_of(line['refusal'])}  {line['verdict']}  {line['code'] or ''}".rstrip())
