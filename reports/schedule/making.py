"""The reports of a run, each stored whole in one transaction, once. pandas is imported when the first one is made."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.keys import derived_id
from models.tables import MadeReport, ReportRun, ReportSchedule
from reports.errors import ReportError
from reports.names import OF_MANY
from reports.schedule.desk import Desk
from reports.schedule.due import subjects_of
from reports.schedule.subjects import Subject

if TYPE_CHECKING:
    from reports.errand import Errand, Made

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Order:
    """What of a run making needs to know, once its rows are not at hand any more. `printed`: as PDF too, where typst is
    installed; it takes longer than all the rest, and so is not done for each of many patients."""

    run: UUID
    schedule: UUID
    report: str
    days: int | None
    due_at: datetime
    programme: str | None
    printed: bool


def order_of(run: ReportRun, schedule: ReportSchedule) -> Order:
    printed = schedule.patient_id is not None or schedule.report in OF_MANY
    return Order(run.id, schedule.id, schedule.report, schedule.days, run.due_at, schedule.programme, printed)


def list_lacking(session: Session, run: ReportRun, schedule: ReportSchedule) -> tuple[list[Subject], int]:
    """Whose report of this run is not made yet, and how many are."""
    there = set(session.scalars(select(MadeReport.subject).where(MadeReport.run_id == run.id)))
    return [each for each in subjects_of(session, run, schedule) if each.id not in there], len(there)


def make_all(desk: Desk, order: Order, subjects: list[Subject]) -> tuple[int, set[str]]:
    """Make and store one after the other, until `desk.stop`. Answers how many were made, and what was wrong with the
    others: a patient whose report cannot be made stops nobody. A database that is away raises."""
    made, wrong = 0, set[str]()
    of_whom = {subject.id: subject for subject in subjects}
    for each in _guarded(desk, order, list(of_whom)):
        if each.failed:
            wrong.add(each.failed)
            log.error("report.failed", run=order.run.hex)
        else:
            _store(desk, _row(order, of_whom[each.patient], each, desk.clock()))
            made += 1
        desk.tick(1)
        if desk.stop.is_set():
            break
    return made, wrong


def _guarded(desk: Desk, order: Order, subjects: list[str]) -> "Iterator[Made]":
    """What ends all of them, a process killed from outside or a package that is not there, is the last one's failure:
    those that are lacking are tried again."""
    from reports.errand import Made

    try:
        yield from _finished(desk, order, subjects)
    except DBAPIError:
        raise
    except ReportError as error:
        yield Made("", order.report, failed=str(error))
    except Exception as error:  # its text may quote a value
        yield Made("", order.report, failed=f"a fault of ours: {type(error).__name__}")


def _finished(desk: Desk, order: Order, subjects: list[str]) -> "Iterator[Made]":
    from reports.errand import Errand
    from reports.many import make_many
    from reports.report import Options
    from reports.run import Wish

    forms = ("json", "html", "pdf") if order.printed and find_spec("typst") else ("json", "html")
    options = Options(unit=desk.unit)
    errand = Errand(Wish(order.report, "", order.days, order.due_at, options=options), forms, desk.clock())
    if order.report in OF_MANY:
        return (_of_many(desk, errand, subject) for subject in subjects)
    return make_many(desk.reader.url.render_as_string(hide_password=False), subjects, errand)


def _of_many(desk: Desk, errand: "Errand", subject: str) -> "Made":
    from reports.errand import FORMS, Made
    from reports.run import run_report

    with Session(desk.reader) as session:
        report = run_report(session, replace(errand.wish, patient=subject), errand.now)
        forms = {form: FORMS[form](report) for form in errand.forms}
    digest = report.content["readings"]["digest"]
    return Made(subject, errand.wish.report, forms, report.content["sufficient"], digest)


def _store(desk: Desk, row: Mapping[str, Any]) -> None:
    with desk.writer.begin() as connection:
        desk.fence(connection)
        known = select(MadeReport.id).where(MadeReport.id == row["id"])
        if connection.scalar(known) is None:
            connection.execute(insert(MadeReport), row)


def _row(order: Order, subject: Subject, made: "Made", now: datetime) -> dict[str, Any]:
    body = msgspec.json.decode(made.forms["json"])
    since, until = (datetime.fromisoformat(body["period"][name]) for name in ("since", "until"))
    return {
        "id": derived_id("report", order.run, subject.id), "run_id": order.run, "schedule_id": order.schedule,
        "due_at": order.due_at, "subject": subject.id, "report": order.report, "patient_id": subject.patient,
        "programme": order.programme, "since": since, "until": until,
        "cursor": datetime.fromisoformat(body["cursor"]), "made_at": now, "sufficient": made.sufficient,
        "digest": made.digest, "body": body, "page": zlib.compress(made.forms["html"]),
        "pdf": zlib.compress(made.forms["pdf"]) if "pdf" in made.forms else None,
    }  # fmt: skip
