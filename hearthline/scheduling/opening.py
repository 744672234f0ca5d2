"""A report that was made, as it was then."""

import os
import tempfile
import webbrowser
from pathlib import Path

from sqlalchemy.orm import Session

from hearthline.endings import find_id
from hearthline.errors import NO, Failure
from models.tables import MadeReport
from reports.schedule.delivery import PAGE, files_of
from reports.schedule.folder import folder_name

MODE = 0o600


def find_report(session: Session, ending: str) -> MadeReport:
    """Raises Failure when there is none."""
    found = session.get(MadeReport, find_id(session, MadeReport, ending))
    if found is None:
        raise Failure("no report has this id", "see: hearthline reports list", NO)
    return found


def named_file(report: MadeReport, name: str) -> bytes:
    """Raises Failure for a PDF that was not made."""
    files = files_of(report)
    if name not in files:
        raise Failure("this report was made without PDF", "its page: --html FILE", NO)
    return files[name]


def open_page(report: MadeReport) -> Path:
    """Where it was delivered, if it is still there, else in a folder of its own that only this user can read."""
    delivered = Path(report.delivered_to or "", folder_name(report.subject), PAGE)
    page = delivered if delivered.is_absolute() and delivered.is_file() else _written(report)
    webbrowser.open(page.as_uri())
    return page


def _written(report: MadeReport) -> Path:
    page = Path(tempfile.mkdtemp(prefix="hearthline-report-")) / PAGE
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
        file.write(files_of(report)[PAGE])
    return page
