"""The worklist as it stood, for programs and for people."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from flags.explain.as_of import Stood, list_as_of
from hearthline.worklist import MARKS, flag_line, flag_row
from models.tables import Patient
from registry.patients import get_patient

CHANGED_SINCE: Final = "changed since"


def as_of_rows(
    session: Session, at: datetime, patient: str | None, *, statuses: Collection[str] | None, json: bool
) -> list[dict[str, Any]]:
    """The worklist's rows as at `at`, of these statuses; lines for a program with `certain`, and null for what is not
    known of then."""
    mine = None if patient is None else get_patient(session, patient).id
    stood = list_as_of(session, at, patient=mine)
    show = _line if json else _row
    return [
        show(each, get_patient(session, each.flag.patient_id))
        for each in stood
        if statuses is None or each.flag.status in statuses
    ]


def _line(stood: Stood, patient: Patient) -> dict[str, Any]:
    unknown = {} if stood.certain else dict.fromkeys(MARKS[1:])
    return flag_line(stood.flag, patient) | unknown | {"certain": stood.certain}


def _row(stood: Stood, patient: Patient) -> dict[str, Any]:
    return flag_row(stood.flag, patient) | ({} if stood.certain else {"note": CHANGED_SINCE})


def not_known(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the record does not keep of then, for whoever reads the table."""
    changed = sum(row["note"] == CHANGED_SINCE for row in rows)
    if changed:
        yield (
            f"{changed} of {len(rows)} changed since: their status is as it was then, their severity as it is today;"
            " how they stood in between is not kept"
        )
