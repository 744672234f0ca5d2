"""`reports run`: its figures as a table or as JSON, its page as a file."""

import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hearthline.errors import USAGE, Failure, explain_system
from hearthline.shell import Shell
from hearthline.show import remark, show_json, show_rows
from hearthline.tables import Column
from registry.programmes import PREFIX
from reports.names import ALL, OF_MANY

if TYPE_CHECKING:  # importing it costs pandas, and what was made long ago is shown without
    from reports.run import Report, Wish

Whom = tuple[str | None, str | None, bool]  # patient, programme, everybody
COLUMNS: Final = tuple(Column(name, name) for name in ("figure", "value", "unit", "n", "says"))


def subject_for(report: str, whom: Whom) -> str:
    """Whom one report is about: a patient's id, or the group of a report of many."""
    patient, programme, everybody = whom
    if report not in OF_MANY:
        return patient or ""
    if patient is not None or (programme is None) is not everybody:
        raise Failure("say of whom", f"{report} is of many patients: one of --programme NAME and --all", USAGE)
    return ALL if everybody else f"{PREFIX}{programme}"


def options_of(shell: Shell, unit: str | None, source: str, goals: str) -> tuple[str, str, str]:
    return unit or shell.settings().reports.unit, source, goals


def wish_for(
    report: str, whom: Whom, days: int | None, until: datetime | None, as_of: datetime | None,
    options: tuple[str, str, str],
) -> "Wish":  # fmt: skip
    from reports.report import Options
    from reports.run import Wish

    return Wish(report, subject_for(report, whom), days, until, as_of, Options(*options))


def make_one(shell: Shell, wish: "Wish", files: Mapping[str, Path | None], *, json: bool) -> None:
    """`files`: html, pdf or csv → where to write it."""
    from reports.run import run_report

    if not wish.patient:
        raise Failure("say of whom", "add --patient ID, or --all or --programme NAME with --folder FOLDER", USAGE)
    with shell.reading() as session:
        made = run_report(session, wish, shell.now())
    for form, file in files.items():
        if file is not None:
            write_file(file, getattr(made, form)())
    show_report(made, json=json)


def show_report(report: "Report", *, json: bool) -> None:
    show_content(report.content, json=json)


def show_content(content: Mapping[str, Any], *, json: bool) -> None:
    """Of a report, however long ago it was made."""
    if json:
        return show_json(content)
    rows = [_row(name, line) for name, line in content["figures"].items()]
    show_rows(rows, COLUMNS, json=False)
    return remark(content["notes"])


def _row(name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Below sufficiency a person gets the reason instead of the figure; JSON has both."""
    says = line.get("why", "")
    return {"figure": name, **line, "value": None if says else line["value"], "says": says}


def write_file(file: Path, whole: str | bytes) -> None:
    """Whole or not at all: whoever opens the file never sees half of it. Only its owner may read it."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(whole.encode() if isinstance(whole, str) else whole)
        beside.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        error.filename = str(file)  # the name that was asked for, not the one beside it
        raise explain_system(error) or error from error
