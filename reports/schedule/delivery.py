"""What was made, delivered from the record: as often as it takes, always the same bytes."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.tables import MadeReport, ReportRun, ReportSchedule
from reports.schedule.desk import Desk
from reports.schedule.destination import FOLDER, Destination
from reports.schedule.folder import folder_name, put_folder
from reports.schedule.note import Attached, Note, compose
from reports.schedule.smtp import MailError, MailServer, send

PAGE, FIGURES, PRINT = "report.html", "report.json", "report.pdf"
KINDS: Final[Mapping[str, str]] = {PAGE: "text/html", FIGURES: "application/json", PRINT: "application/pdf"}
BATCH: Final = 50  # reports marked as delivered together
ENDING: Final = 8


def files_of(report: MadeReport) -> dict[str, bytes]:
    """The report as files, by name."""
    files = {PAGE: zlib.decompress(report.page), FIGURES: msgspec.json.encode(report.body) + b"\n"}
    return files | ({} if report.pdf is None else {PRINT: zlib.decompress(report.pdf)})


def run_folder(schedule: ReportSchedule, run: ReportRun, clinic: str) -> str:
    """Of one run in the schedule's folder: date by the clinic's clock, report, and an ending that no other run has."""
    local = run.due_at.astimezone(ZoneInfo(clinic or "UTC"))
    return f"{local:%Y-%m-%d}-{schedule.report}-{run.id.hex[-ENDING:]}"


def deliver(desk: Desk, destination: Destination, folder: str, note: Note) -> None:
    """Everything of the run that is not delivered yet. Raises OSError and MailError when it cannot be now."""
    if destination.kind == FOLDER:
        _into_folder(desk, Path(destination.where) / folder, note.run)
    else:
        _by_mail(desk, destination, note)


def _into_folder(desk: Desk, folder: Path, run: UUID) -> None:
    if not folder.parent.is_dir():
        raise FileNotFoundError(2, "there is no such folder", str(folder.parent))
    while reports := _undelivered(desk, run):
        for report in reports:
            put_folder(folder / folder_name(report.subject), files_of(report))
        _mark(desk, [report.id for report in reports], str(folder))


def _by_mail(desk: Desk, destination: Destination, note: Note) -> None:
    if desk.mail is None:
        raise MailError("no mail server is named: set mail.url and mail.sender")
    _post(desk, desk.mail, destination, note)
    with Session(desk.reader) as session:
        ids = list(session.scalars(select(MadeReport.id).where(MadeReport.run_id == note.run)))
    _mark(desk, ids, destination.where)


def _post(desk: Desk, server: MailServer, destination: Destination, note: Note) -> None:
    attached: list[Attached] = []
    if destination.private:
        with Session(desk.reader) as session:
            for report in session.scalars(select(MadeReport).where(MadeReport.run_id == note.run)):
                attached += [
                    Attached(f"{report.id.hex[-ENDING:]}-{name}", KINDS[name], content)
                    for name, content in files_of(report).items()
                    if name != FIGURES
                ]
    message = compose(note, server.sender, destination.where, attached)
    with desk.writer.begin() as connection:  # whoever was paused finds out here, not after sending
        desk.fence(connection)
    send(server, message)


def _undelivered(desk: Desk, run: UUID) -> list[MadeReport]:
    wanted = select(MadeReport).where(MadeReport.run_id == run, MadeReport.delivered_at.is_(None))
    with Session(desk.reader, expire_on_commit=False) as session:
        return list(session.scalars(wanted.order_by(MadeReport.subject).limit(BATCH)))


def _mark(desk: Desk, ids: list[UUID], where: str) -> None:
    now: datetime = desk.clock()
    with desk.writer.begin() as connection:
        desk.fence(connection)
        change = update(MadeReport).where(MadeReport.id.in_(ids))
        connection.execute(change.values(delivered_to=where, delivered_at=now))
