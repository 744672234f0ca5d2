"""Options that several commands share, so that they mean and say the same everywhere."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

FIRST_YEAR, LAST_YEAR = 1900, 2199  # of what anybody can mean; arithmetic with the calendar's ends fails
INSTANT: Final = "2026-01-05T07:12:00Z"
PATIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
ENDING: Final = re.compile(r"[0-9a-f]{6,32}")


def whoever_runs_this() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"


def parse_instant(text: str) -> datetime:
    """RFC 3339. Without an offset it is refused: here it is a person's morning, and theirs may be another hour's."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"not a time such as {INSTANT}") from None
    if instant.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} says no offset from UTC; write it as {INSTANT} or 2026-01-05T08:12:00+01:00"
        )
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise typer.BadParameter(f"not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return instant.astimezone(UTC)


def parse_days(text: str) -> timedelta:
    """A number of days, written `90d`."""
    days = re.fullmatch(r"([1-9][0-9]{0,4})d", text)
    if days is None:
        raise typer.BadParameter(f"{text!r} is not a number of days such as 90d")
    return timedelta(days=int(days[1]))


def parse_pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise typer.BadParameter(f"{text!r} is not of the form name=value")
    return name, value


def parse_name(text: str) -> str:
    """What people are to read: one line, and as long as the record holds."""
    return _readable(text, 100)


def parse_model(text: str) -> str:
    return _readable(text, 40)


def parse_note(text: str) -> str:
    return _readable(text, 1000) if text.strip() else ""


def parse_patient_id(text: str) -> str:
    if PATIENT_ID.fullmatch(text) is None:
        raise typer.BadParameter("not 1 to 40 of letters, digits, '.', '_' and '-'")
    return text


def parse_ending(text: str) -> str:
    """An id, or its last six characters or more; answers them in lower case without hyphens."""
    ending = text.lower().replace("-", "")
    if ENDING.fullmatch(ending) is None:
        raise typer.BadParameter(f"{text!r} is not an id or the last 6 characters or more of one")
    return ending


def _readable(text: str, longest: int) -> str:
    readable = text.strip()
    if not readable or len(readable) > longest or not readable.isprintable():
        raise typer.BadParameter(f"not one line of 1 to {longest} characters")
    return readable


Json = Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")]
Actor = Annotated[
    str,
    typer.Option(
        "--by", default_factory=whoever_runs_this, show_default="you", parser=parse_name,
        help="Who did it; kept in the history.",
    ),
]  # fmt: skip
Note = Annotated[str, typer.Option(parser=parse_note, help="Why; kept in the history.")]
Ending = Annotated[str, typer.Argument(parser=parse_ending, help="Its id, or the last characters that a table shows.")]
Endings = Annotated[
    list[str] | None, typer.Argument(parser=parse_ending, help="Ids, or the last characters that a table shows.")
]
Author = Annotated[
    str,
    typer.Option(
        "--author", default_factory=whoever_runs_this, show_default="you", parser=parse_name,
        help="Who states it; kept for good.",
    ),
]  # fmt: skip
PatientOption = Annotated[str, typer.Option("--patient", help="Id of the patient.")]
DAY: Final = f"{INSTANT}, or a day of the patient's such as 2026-01-05"
From = Annotated[str | None, typer.Option("--from", help=f"Since when: {DAY}, or beginning. Now when left out.")]
Until = Annotated[str | None, typer.Option("--until", help=f"Until when, if that is known: {DAY}.")]
At = Annotated[str | None, typer.Option("--at", help=f"When: {DAY}. Now when left out.")]
