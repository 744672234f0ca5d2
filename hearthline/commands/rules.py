"""`rules`: what is looked for, in words."""

from typing import TYPE_CHECKING, Any

import typer

from hearthline.options import Json
from hearthline.show import show_rows
from hearthline.tables import Column

if TYPE_CHECKING:
    from thresholds.types import Amount, Parameter, Rule

app = typer.Typer(help="What is looked for, with limits and sources.")

NAMES = ("id", "on", "severity", "stream", "words", "limit", "source", "standing")
COLUMNS = tuple(Column(name, "rule" if name == "id" else name) for name in NAMES[:-2])


@app.command("list")
def list_rules(*, json: Json = False) -> None:
    """All rules; sources, standing and the numbers that may be set with --json."""
    from thresholds import RULES

    show_rows(map(row_of, RULES.values()), COLUMNS, json=json)


def row_of(rule: "Rule") -> dict[str, Any]:
    return {name: getattr(rule, name) for name in NAMES} | {"parameters": [*map(number_of, rule.parameters)]}


def number_of(parameter: "Parameter") -> dict[str, Any]:
    """`published`: one amount a unit; `units`: those in which it may be set; `safer`: what flags more."""
    return {
        "name": parameter.name,
        "words": parameter.words,
        "published": [*map(written, parameter.pairs)],
        "units": [*parameter.accepts],
        "safer": parameter.safer,
        "widest": written(parameter.widest) if parameter.widest else None,
    }


def written(amount: "Amount") -> str:
    return f"{amount.text} {amount.unit}"
