"""What a mail says: that reports are ready, without a name or a value; the reports only for a private mailbox. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Final
from uuid import UUID

MOST_ATTACHED: Final = 15 * 1024 * 1024  # bytes; as text they are a third more, and many servers take 25 MB
SHOWN: Final = 8
WORDING: Final = (
    "Rule matches and trends for review by a licensed professional; not monitoring, not an alarm, not for emergencies."
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a report, named after the report's id."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Of one run: `report` is the name of the kind, such as home-bp; `made_at` is when making was over."""

    run: UUID
    report: str
    due_at: datetime
    made_at: datetime
    made: int
    failed: int


def compose(note: Note, sender: str, address: str, attached: Sequence[Attached]) -> EmailMessage:
    """The same each time it is tried, with the run's Message-ID: whoever gets it twice can tell."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2]
    message["From"], message["To"] = sender, address
    message["Subject"] = f"Hearthline: {_ready(note.made)}"
    message["Date"] = note.made_at
    message["Message-ID"] = f"<{note.run.hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    fits = sum(len(each.content) for each in attached) <= MOST_ATTACHED
    message.set_content(_text(note, many=bool(attached) and not fits))
    for each in attached if fits else ():
        main, _, sub = each.kind.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return message


def _ready(count: int) -> str:
    return "1 report is ready" if count == 1 else f"{count} reports are ready"


def _text(note: Note, *, many: bool) -> str:
    lines = [f"{_ready(note.made)} ({note.report}), due {note.due_at:%Y-%m-%d %H:%M} UTC."]
    if note.failed:
        lines.append(f"Could not be made: {note.failed}. See: hearthline doctor")
    if many:
        lines.append("They are too large for a mail.")
    lines += ["", f"To see them: hearthline reports list --run {note.run.hex[-SHOWN:]}", "", WORDING, ""]
    return "\n".join(lines)
