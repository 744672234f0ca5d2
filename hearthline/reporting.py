"""`reports run`: its figures as a table or as JSON, its page as a file."""

import contextlib
import os
from pathlib import Path
from typing import Any, Final

from hearthline.errors import explain_system
from hearthline.show import remark, show_json, show_rows
from hearthline.tables import Column
from reports.run import Report

COLUMNS: Final = tuple(Column(name, name) for name in ("figure", "value", "unit", "n", "says"))


def show_report(report: Report, *, json: bool) -> None:
    if json:
        return show_json(report.content)
    rows = [_row(name, line) for name, line in report.content["figures"].items()]
    show_rows(rows, COLUMNS, json=False)
    return remark(report.content["notes"])


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
