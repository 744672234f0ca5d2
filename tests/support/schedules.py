"""Schedules on a ward's record, worked through as the worker does it, with a clock that the test moves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models.engine import open_reader
from models.tables import MadeReport, ReportRun, ReportSchedule
from registry.enrolments import join_programme
from reports.schedule.desk import Desk
from reports.schedule.destination import parse_destination
from reports.schedule.due import ask
from reports.schedule.record import Wanted, add_schedule
from reports.schedule.rhythm import Rhythm
from reports.schedule.smtp import MailServer
from reports.schedule.work import work_once
from tests.support.mailing import PostOffice
from tests.support.wards import Ward

MONDAYS = Rhythm("week", "monday", time(7))
DAILY = Rhythm("day", "", time(7))


def let_pass(_connection: Connection) -> None:
    """A fence for who is alone."""


@dataclass(slots=True)
class Office:
    """`ward` has the clock."""

    ward: Ward
    desk: Desk
    here: Path

    def add(self, to: str | None = None, rhythm: Rhythm = DAILY, **more: Any) -> ReportSchedule:
        """Of everybody, by the patients' clocks, unless told otherwise; `to` the folder `out` unless said."""
        (self.here / "out").mkdir(exist_ok=True)
        said = {"report": "home-bp", "patient": None, "programme": None, "days": None, "zone": "patient"} | more
        wanted = Wanted(**said, rhythm=rhythm, destination=parse_destination(to or "folder:out", self.here))
        with Session(self.ward.engine, expire_on_commit=False) as session, session.begin():
            return add_schedule(session, wanted, author="test", now=self.ward.now)

    def join(self, patient: str, programme: str = "hypertension") -> None:
        with Session(self.ward.engine) as session, session.begin():
            join_programme(session, patient, programme, author="test", now=self.ward.now)

    def ask(self, schedule: ReportSchedule) -> None:
        with Session(self.ward.engine) as session, session.begin():
            ask(session, session.get_one(ReportSchedule, schedule.id), self.ward.now)

    def work(self, at: datetime | None = None, **later: float) -> None:
        """One round, at an instant, or so much later than now."""
        self.ward.now = at or self.ward.now + timedelta(**later)
        work_once(self.desk)

    def runs(self) -> list[ReportRun]:
        with Session(self.ward.engine) as session:
            return list(session.scalars(select(ReportRun).order_by(ReportRun.due_at)))

    def made(self) -> list[MadeReport]:
        with Session(self.ward.engine) as session:
            return list(session.scalars(select(MadeReport).order_by(MadeReport.due_at, MadeReport.subject)))

    def files(self) -> Sequence[str]:
        """Whatever lies in the folder, hidden too, without the names of runs."""
        found = (each.relative_to(self.here / "out").parts for each in (self.here / "out").rglob("*") if each.is_file())
        return sorted("/".join((parts[0][:10], *parts[1:])) for parts in found)


@contextmanager
def office_at(ward: Ward, here: Path, mail: PostOffice | None = None, clinic: str = "") -> Iterator[Office]:
    reader = open_reader(ward.engine.url)
    server = mail and MailServer(
        "127.0.0.1", mail.port, False, "reports@clinic.example", answer_seconds=1.0, whole_seconds=2.0
    )
    try:
        yield Office(ward, Desk(reader, ward.engine, let_pass, lambda: ward.now, clinic, mail=server), here)
    finally:
        reader.dispose()
