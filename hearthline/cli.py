"""The table of commands. Nothing heavy is imported here: `hearthline --help` answers at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from hearthline import __version__
from hearthline.commands import (
    broker,
    db,
    decode,
    demo,
    devices,
    doctor,
    facts,
    flags,
    ingest,
    init,
    patients,
    plans,
    quarantine,
    replay,
    reports,
    rules,
    simulate,
    verify,
)
from hearthline.shell import Shell

app = typer.Typer(
    help="Remote patient monitoring: readings from devices at home to a worklist for a licensed professional. "
    "Shows rule matches for review; not monitoring, not an alarm, not for emergencies.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    invoke_without_command=True,
)

COMMANDS: Mapping[str, Callable[..., None]] = {
    "demo": demo.command,
    "init": init.command,
    "doctor": doctor.command,
    "broker": broker.command,
    "ingest": ingest.command,
    "decode": decode.command,
    "replay": replay.command,
    "verify": verify.command,
}
GROUPS = {
    "simulate": simulate.app,
    "patients": patients.app,
    "plans": plans.app,
    "devices": devices.app,
    "facts": facts.app,
    "flags": flags.app,
    "quarantine": quarantine.app,
    "rules": rules.app,
    "reports": reports.app,
    "db": db.app,
}

for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hearthline {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file, else $HEARTHLINE_CONFIG or ./hearthline.toml.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it and exit.")
    ] = False,
) -> None:
    context.obj = context.obj or Shell(config)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
