"""Ids as people type them: a table shows the end of an id, which is random, and a command takes it for the whole."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from hearthline.errors import NO, USAGE, Failure
from models.tables import Flag, MadeReport, Refusal, ReportRun, ReportSchedule

SHOWN: Final = 8  # two of a hundred thousand ids end alike once in a thousand worklists of ten
Listed = Flag | Refusal | MadeReport | ReportRun | ReportSchedule
LISTS: Final[Mapping[type[Listed], str]] = {
    Flag: "flags",
    Refusal: "quarantine",
    MadeReport: "reports",
    ReportRun: "reports",
    ReportSchedule: "reports schedule",
}


def ending_of(number: UUID) -> str:
    return number.hex[-SHOWN:]


def find_id(session: Session, table: type[Listed], ending: str) -> UUID:
    """The only id that ends so (lower case, no hyphens). Raises Failure when there is none or more than one."""
    if len(ending) == len(UUID(int=0).hex):
        return UUID(ending)
    see = f"see: hearthline {LISTS[table]} list"
    text = func.replace(cast(table.id, String), "-", "")
    found = session.scalars(select(table.id).where(text.endswith(ending)).limit(2)).all()
    if not found:
        raise Failure(f"no id ends in {ending}", see, NO)
    if len(found) > 1:
        raise Failure(f"more than one id ends in {ending}", f"write more of it; {see} --json", USAGE)
    return found[0]
