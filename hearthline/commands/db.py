"""`db`: the schema, copies of the record, and what is no longer kept."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from hearthline.options import Json, parse_days, parse_instant
from hearthline.show import remark, show_one

app = typer.Typer(help="The database: its schema, backups, and what is no longer kept.")
KeyFile = Annotated[Path | None, typer.Option(help="The key of the backup, else backup.key_file of the settings.")]


@app.command("upgrade")
def upgrade_database(
    context: typer.Context,
    *,
    backup: Annotated[Path | None, typer.Option(help="Back up to this file first, else into backup.folder.")] = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Migrate the database of the settings to this version's schema; makes it where there is none. Where the settings
    name a backup.folder, a schema that changes is backed up first."""
    from hearthline.addresses import hide_password
    from hearthline.database import current, head, upgrade
    from hearthline.keeping.commands import back_up_first

    settings = context.obj.settings()
    url, saved = settings.database.url, None
    before = current(url)
    if before not in (None, head()):
        saved = back_up_first(settings, backup, key_file, context.obj.now())
    upgrade(url)
    answer = {"database": hide_password(url), "before": before, "revision": current(url)}
    show_one(answer | ({"backup": str(saved)} if saved else {}), json=json)


@app.command("check")
def check_database(context: typer.Context, *, json: Json = False) -> None:
    """Exit 3 when the schema is not the one this version wants."""
    from hearthline.addresses import hide_password
    from hearthline.database import check, current

    url = context.obj.settings().database.url
    check(url)
    show_one({"database": hide_password(url), "revision": current(url)}, json=json)


@app.command("make-key")
def make_backup_key(file: Annotated[Path, typer.Argument(help="Where the key goes.")]) -> None:
    """Make a key file for backups. Keep a copy away from this machine: without it no backup can be read."""
    from hearthline.keeping.key import make_key

    make_key(file)
    remark([f"keep a copy of {file} away from this machine and from the backups"])


@app.command("backup")
def back_up_database(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A file, or a folder; else backup.folder.")] = None,
    *,
    key_file: KeyFile = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Remove all but so many from the folder.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Restore it into a scratch database and compare.")] = False,
    json: Json = False,
) -> None:
    """A consistent, encrypted copy, while ingest goes on: complete, or not there."""
    from hearthline.keeping.commands import back_up_to

    settings = context.obj.settings()
    _show(back_up_to(settings, file, key_file, context.obj.now(), keep=keep, test=test), json=json)


@app.command("restore")
def restore_database(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    key_file: KeyFile = None,
    check: Annotated[bool, typer.Option("--check", help="Read and verify all of it; touches no database.")] = False,
    resend_since: Annotated[
        datetime | None,
        typer.Option(parser=parse_instant, help="Devices send again what they measured since; else all they keep."),
    ] = None,
    json: Json = False,
) -> None:
    """Load a backup into the empty database of the settings, verify it, and have devices send again what it lacks."""
    from hearthline.keeping.commands import check_file, restore_from

    settings = context.obj.settings()
    answer: dict[str, Any]
    if check:
        answer = check_file(settings, file, key_file)
    else:
        answer = restore_from(settings, file, key_file, context.obj.now(), resend_since)
    _show(answer, json=json)


@app.command("purge")
def purge_database(
    context: typer.Context,
    older_than: Annotated[
        timedelta, typer.Option(parser=parse_days, help="Such as 400d; whole months, not younger than this.")
    ],
    *,
    json: Json = False,
) -> None:
    """Delete the bytes of old messages, while ingest goes on. Verdicts and readings stay, and the bytes of what was
    refused while it is open, and for 90 days."""
    from hearthline.keeping.progress import counting_rows
    from hearthline.keeping.purging import purge_payloads
    from models.engine import open_writer

    with context.obj.opened(open_writer) as engine, counting_rows() as tick:
        looked = partial(tick, "payloads")
        done = purge_payloads(engine, older_than=older_than, now=context.obj.now(), tick=looked)
    show_one({"before": done.before, "purged": done.purged, "still_needed": done.kept}, json=json)


def _show(copy: dict[str, Any], *, json: bool) -> None:
    """A person sees how many rows each table has; the checksums are for programs."""
    counts = [f"{each['rows']:>10,}  {each['table']}" for each in copy["tables"]]
    show_one(copy if json else copy | {"tables": counts}, json=json)
