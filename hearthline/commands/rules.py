"""`rules`: what is looked for, in words."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hearthline.options import Json, parse_pair
from hearthline.show import show_one, show_rows
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


@app.command("what-if")
def try_limit(
    context: typer.Context,
    *,
    rule: Annotated[str, typer.Option(help="Which rule (id).")],
    wanted: Annotated[
        list[str], typer.Option("--set", metavar="NAME=NUMBER", help="One of its numbers, such as systolic=165.")
    ],
    unit: Annotated[str | None, typer.Option(help="Of the numbers, where they are published in more than one.")] = None,
    days: Annotated[int, typer.Option(min=1, max=730, help="Replays so many days until now.")] = 90,
    patient: Annotated[
        str | None, typer.Option(help="Only this patient (id), in place of their own limit too.")
    ] = None,
    json: Json = False,
) -> None:
    """Replay history with another limit: flags before and after, and what would be missed. Nothing is written."""
    from hearthline.trying import try_limits

    pairs = [parse_pair(each) for each in wanted]
    answer = try_limits(context.obj, rule, pairs, unit, days, patient)
    show_one(answer.line() if json else answer.sheet(), json=json)


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
