"""One round of work: begin what is due, make what is lacking, deliver what was made, each as far as it goes now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.tables import ReportRun, ReportSchedule
from reports.schedule.delivery import deliver, run_folder
from reports.schedule.desk import Desk
from reports.schedule.destination import Destination, stored_destination
from reports.schedule.due import DELIVERED, GIVEN_UP, NOBODY, REMOVED, begin_due, is_due, list_open
from reports.schedule.making import Order, list_lacking, make_all, order_of
from reports.schedule.note import Note
from reports.schedule.smtp import MailError
from reports.schedule.subjects import Subject

TRIES: Final = 6  # to make a report: what passes has passed within a quarter of an hour
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(days=3)  # with a folder or a mail server that takes nothing
LONGEST_PROBLEM: Final = 200
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A run as it was found: what is lacking, or how it is to be delivered once nothing is."""

    order: Order
    lacking: list[Subject]
    there: int
    attempts: int
    made_at: datetime | None
    failed: int
    destination: Destination
    folder: str
    removed: bool


def work_once(desk: Desk) -> None:
    """Raises what `desk.fence` raises, and DBAPIError."""
    begin(desk)
    work_through(desk)


def begin(desk: Desk) -> None:
    """The runs that are due. Nobody who writes is held up while nothing is."""
    with Session(desk.reader) as session:
        if not is_due(session, desk.clinic, desk.clock()):
            return
    with Session(desk.writer) as session, session.begin():
        desk.fence(session.connection())
        begin_due(session, desk.clinic, desk.clock())


def work_through(desk: Desk) -> int:
    """The runs that are open; answers how many there were."""
    jobs = _find_jobs(desk, desk.clock())
    for job in jobs:
        if not desk.stop.is_set():
            _work_on(desk, job)
    return len(jobs)


def count_waiting(desk: Desk) -> int:
    """How many reports are to be made of the runs that are open now."""
    return sum(len(job.lacking) for job in _find_jobs(desk, desk.clock()))


def pause_after(attempts: int) -> timedelta:
    """Before the next try, after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


def _find_jobs(desk: Desk, now: datetime) -> list[Job]:
    with Session(desk.reader) as session:
        return [_job(session, run, schedule, desk.clinic) for run, schedule in list_open(session, now)]


def _job(session: Session, run: ReportRun, schedule: ReportSchedule, clinic: str) -> Job:
    over = run.made_at is not None
    lacking, there = ([], run.made) if over else list_lacking(session, run, schedule)
    destination = stored_destination(schedule.destination, private=schedule.private)
    state = (run.attempts, run.made_at, run.failed)
    order, folder = order_of(run, schedule), run_folder(schedule, run, clinic)
    return Job(order, lacking, there, *state, destination, folder, schedule.removed_at is not None)


def _work_on(desk: Desk, job: Job) -> None:
    if job.removed:
        return _end(desk, job.order.run, REMOVED)
    if job.made_at is None:
        return _make(desk, job)
    return _deliver(desk, job, job.made_at, job.there, job.failed)


def _make(desk: Desk, job: Job) -> None:
    if find_spec("pandas") is None:
        return _try_again(desk, job, "pandas is not installed: pip install 'hearthline[reports]'", job.there)
    made, wrong = make_all(desk, job.order, job.lacking)
    if desk.stop.is_set():
        return None
    now, run = desk.clock(), job.order.run
    there, failed = job.there + made, len(job.lacking) - made
    if failed and job.attempts + 1 < TRIES:
        return _try_again(desk, job, f"reports that could not be made: {failed} ({', '.join(sorted(wrong))})", there)
    problem_left = f"reports that cannot be made: {failed} ({', '.join(sorted(wrong))})" if failed else None
    _change(desk, run, attempts=0, made=there, failed=failed, made_at=now, again_at=now, problem=problem_left)
    log.info("reports.made", run=run.hex, made=there, failed=failed)
    if not there and not failed:
        return _end(desk, run, NOBODY)
    return _deliver(desk, job, now, there, failed)


def _try_again(desk: Desk, job: Job, problem: str, there: int) -> None:
    attempts = job.attempts + 1
    again_at = desk.clock() + pause_after(attempts)
    _change(desk, job.order.run, attempts=attempts, again_at=again_at, problem=problem, made=there)


def _deliver(desk: Desk, job: Job, made_at: datetime, made: int, failed: int) -> None:
    run = job.order.run
    note = Note(run, job.order.report, job.order.due_at, made_at, made, failed)
    try:
        if made:
            deliver(desk, job.destination, job.folder, note)
    except (OSError, MailError) as error:
        return _postpone(desk, job, made_at, _said(error))
    more = {} if failed else {"problem": None}
    return _end(desk, run, DELIVERED if made else GIVEN_UP, **more)


def _postpone(desk: Desk, job: Job, made_at: datetime, problem: str) -> None:
    now, run = desk.clock(), job.order.run
    attempts = 1 if job.made_at is None else job.attempts + 1
    log.warning("reports.undelivered", run=run.hex, attempts=attempts, cause=problem)
    _change(desk, run, attempts=attempts, again_at=now + pause_after(attempts), problem=problem)
    if now - made_at >= PATIENCE:
        _end(desk, run, GIVEN_UP)


def _said(error: OSError | MailError) -> str:
    if isinstance(error, MailError):
        return str(error)
    return f"the folder cannot be written: {error.strerror or type(error).__name__}"


def _end(desk: Desk, run: UUID, outcome: str, **more: Any) -> None:
    if outcome == DELIVERED:
        log.info("reports.delivered", run=run.hex)
    _change(desk, run, ended_at=desk.clock(), outcome=outcome, **more)


def _change(desk: Desk, run: UUID, **values: Any) -> None:
    if values.get("problem"):
        values["problem"] = values["problem"][:LONGEST_PROBLEM]
    with desk.writer.begin() as connection:
        desk.fence(connection)
        connection.execute(update(ReportRun).where(ReportRun.id == run).values(values))
