"""`rules`: what is looked for, in words."""

import typer

from hearthline.options import Json
from hearthline.show import show_rows
from hearthline.tables import Column

app = typer.Typer(help="What is looked for, with limits and sources.")

NAMES = ("id", "on", "severity", "stream", "words", "limit", "source", "standing")
COLUMNS = tuple(Column(name, "rule" if name == "id" else name) for name in NAMES[:-2])


@app.command("list")
def list_rules(*, json: Json = False) -> None:
    """All rules; sources and standing with --json."""
    from thresholds import RULES

    rows = ({name: getattr(rule, name) for name in NAMES} for rule in RULES.values())
    show_rows(rows, COLUMNS, json=json)
