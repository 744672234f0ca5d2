"""Where reports go: a folder or a mail address. Pure."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER, MAIL = "folder", "mail"
PRIVATE: Final = re.compile(r",\s*private\s*$")
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LONGEST: Final = 990


@dataclass(frozen=True, slots=True)
class Destination:
    """`where` is a folder's absolute path or an address; a mail to a `private` one carries the reports themselves."""

    kind: str
    where: str
    private: bool = False

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}"


def parse_destination(text: str, here: Path) -> Destination:
    """`folder:PATH`, relative to `here`, or `mail:ADDRESS`, with `, private` behind it where the mailbox is. Raises
    ValueError, for a person."""
    kind, _, rest = text.partition(":")
    if kind == FOLDER and rest and rest.isprintable() and len(rest) <= LONGEST:
        return Destination(FOLDER, str(here / Path(rest).expanduser()))
    address = PRIVATE.sub("", rest).strip()
    if kind == MAIL and ADDRESS.fullmatch(address):
        return Destination(MAIL, address, private=PRIVATE.search(rest) is not None)
    raise ValueError(f"{text!r} is neither folder:PATH nor mail:ADDRESS nor 'mail:ADDRESS, private'")


def stored_destination(text: str, *, private: bool) -> Destination:
    """As the record keeps it."""
    kind, _, where = text.partition(":")
    return Destination(kind, where, private)
