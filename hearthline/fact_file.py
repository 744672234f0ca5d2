"""Facts from a CSV file: it counts wholly, or not at all."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import typer
from sqlalchemy.orm import Session

from hearthline.errors import NO, USAGE, Failure
from hearthline.facts import check_fact, check_fact_unit, first_instant
from hearthline.instants import instant_in
from hearthline.options import parse_name
from hearthline.show import remark
from models.tables import PatientFact
from registry.errors import RegistryError
from registry.facts import set_fact
from registry.patients import get_patient

NEEDED: Final = ("patient", "name", "value")
COLUMNS: Final = (*NEEDED, "unit", "from", "until", "author")
SHOWN: Final = 20  # of the refused rows; who repairs twenty tries again


def import_facts(session: Session, path: Path, author: str, now: datetime) -> list[PatientFact]:
    """State every row, by `author` where a row names nobody. Raises Failure when one of them cannot be stated; the
    lines and what is wrong with each are then on stderr."""
    stated, refused = [], []
    for line, row in _rows(path):
        try:
            stated.append(_state(session, row, author, now))
        except (Failure, RegistryError, typer.BadParameter) as fault:
            refused.append(f"{path.name} line {line}: {fault}")
    if refused:
        remark(refused[:SHOWN])
        count = f"{len(refused)} of {len(refused) + len(stated)} rows cannot be stated, so none was"
        raise Failure(count, f"mend the file and import it again; columns: {', '.join(COLUMNS)}", NO)
    return stated


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> text) of each row. Raises Failure for a file that is no such table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, restval="", strict=True)
            _check_columns(path, list(table.fieldnames or []))
            for row in table:
                if None in row:
                    raise Failure(
                        f"{path.name} line {table.line_num} has too many columns", "quote texts with commas", NO
                    )
                yield table.line_num, {name: text.strip() for name, text in row.items()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{path.name} is not a CSV file in UTF-8", "save it as one", NO) from error


def _check_columns(path: Path, names: list[str]) -> None:
    faults = [
        *(f"has an unknown column {name!r}" for name in names if name not in COLUMNS),
        *(f"lacks the column {name!r}" for name in NEEDED if name not in names),
        *(f"has the column {name!r} twice" for name in names if names.count(name) > 1),
    ]
    if faults:
        raise Failure(f"{path.name} line 1 {faults[0]}", f"columns: {', '.join(COLUMNS)}", USAGE)


def _state(session: Session, row: dict[str, str], author: str, now: datetime) -> PatientFact:
    name, value = row["name"], row["value"]
    check_fact(name, value)
    check_fact_unit(name, row.get("unit") or None)
    patient = get_patient(session, row["patient"])
    return set_fact(
        session, patient.id, name, value,
        author=parse_name(row.get("author") or author),
        now=now,
        from_at=instant_in(patient.zone, row.get("from") or None) or first_instant(name, now),
        until_at=instant_in(patient.zone, row.get("until") or None),
    )  # fmt: skip
