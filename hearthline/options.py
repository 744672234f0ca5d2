"""Options that several commands share, so that they mean and say the same everywhere."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")]


def whoever_runs_this() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"


Actor = Annotated[
    str,
    typer.Option(
        "--by", default_factory=whoever_runs_this, show_default="you", help="Who did it; kept in the history."
    ),
]
Note = Annotated[str, typer.Option(help="Why; kept in the history.")]


def parse_instant(text: str) -> datetime:
    """RFC 3339, or a date; without an offset it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("not a time such as 2026-01-05T07:12:00Z or 2026-01-05") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def parse_pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise typer.BadParameter(f"{text!r} is not of the form name=value")
    return name, value
