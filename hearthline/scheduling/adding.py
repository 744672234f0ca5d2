"""What a person asks of a new schedule, checked."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hearthline.errors import USAGE, Failure
from hearthline.scheduling.desk import mail_server
from hearthline.scheduling.lines import schedule_line
from hearthline.settings import Settings
from reports.schedule import record
from reports.schedule.destination import FOLDER, Destination, parse_destination
from reports.schedule.record import CLINIC, ZONES, Wanted
from reports.schedule.rhythm import Rhythm

HELP = "see: hearthline reports schedule add --help"


def wanted(
    settings: Settings,
    report: str,
    whom: tuple[str | None, str | None],
    days: int | None,
    when: tuple[str, str, str],
    zone: str,
    to: str,
) -> Wanted:
    """`whom` is a patient's id or a programme's name, `when` are every, on and at. Makes the folder, if that is where
    it goes. Raises Failure (usage)."""
    if zone not in ZONES:
        raise Failure(f"--zone {zone} is none of: {', '.join(ZONES)}", HELP, USAGE)
    if zone == CLINIC and not settings.reports.zone:
        raise Failure("nobody said in which zone the clinic is", "set reports.zone, such as Europe/Paris", USAGE)
    try:
        rhythm, destination = _rhythm(*when), parse_destination(to, Path.cwd())
    except ValueError as error:
        raise Failure(str(error), HELP, USAGE) from None
    _make_ready(destination, settings)
    return Wanted(report, *whom, days, rhythm, zone, destination)


def add_schedule(session: Session, said: Wanted, clinic: str, *, author: str, now: datetime) -> dict[str, Any]:
    row = record.add_schedule(session, said, author=author, now=now)
    return schedule_line(session, row, clinic, now)


def _rhythm(every: str, on: str, at: str) -> Rhythm:
    try:
        parsed = time.fromisoformat(at)
    except ValueError:
        raise ValueError(f"--at {at} is no time of day such as 07:00") from None
    if parsed.tzinfo is not None or f"{parsed:%H:%M}" != at:
        raise ValueError(f"--at {at} is no time of day such as 07:00")
    return Rhythm(every, on.lower(), parsed)


def _make_ready(destination: Destination, settings: Settings) -> None:
    if destination.kind == FOLDER:
        Path(destination.where).mkdir(0o750, parents=True, exist_ok=True)
    elif mail_server(settings.mail) is None:
        raise Failure("no mail server is named", "set mail.url and mail.sender", USAGE)
