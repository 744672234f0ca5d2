"""Reports on schedule: who makes them, what is overdue, and what could not be made or delivered."""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import OK, WARNING, Finding, Findings, Place, ago
from hearthline.scheduling.lease import KIND
from ingest.holder import show_holder
from models.life import UNSEEN
from models.tables import Process, ReportRun, ReportSchedule
from reports.schedule.destination import MAIL
from reports.schedule.due import GIVEN_UP, dues, run_id
from reports.schedule.record import CLINIC, list_schedules

CHECK: Final = "reports"
LATE: Final = timedelta(minutes=15)  # a timer may start every five minutes, and many reports take a while
RECENT: Final = timedelta(days=7)
START: Final = "start it: systemctl start hearthline-reports, or hearthline reports worker"
LOOK: Final = "see: hearthline reports schedule list"


def check_reports(place: Place, session: Session) -> Findings:
    """Nothing is said of a worker where nothing is scheduled."""
    schedules = list_schedules(session)
    if not schedules:
        yield Finding(CHECK, OK, "no schedules")
        return
    found = [*_settings(place, schedules), *_overdue(place, session, schedules), *_worker(place, session)]
    found += [*_problems(session), *_lost(place, session)]
    yield from found
    if not found:
        yield Finding(CHECK, OK, f"schedules: {len(schedules)}{_last_sign(place, session)}")


def _settings(place: Place, schedules: list[ReportSchedule]) -> Findings:
    if any(each.zone == CLINIC for each in schedules) and not place.settings.reports.zone:
        yield Finding(CHECK, WARNING, "schedules go by the clock of a clinic without a zone", "set reports.zone")
    if any(each.destination.startswith(f"{MAIL}:") for each in schedules) and not place.settings.mail.url:
        yield Finding(CHECK, WARNING, "reports are to be mailed and no server is named", "set mail.url, mail.sender")


def _overdue(place: Place, session: Session, schedules: list[ReportSchedule]) -> Findings:
    clinic, now = place.settings.reports.zone, place.now
    active = [each for each in schedules if each.paused_at is None]
    waiting = [
        due
        for each in active
        for due in dues(session, each, clinic, now)
        if now - due > LATE and session.get(ReportRun, run_id(each, due)) is None
    ]
    if waiting:
        says = (
            f"due and not begun: {len(waiting)}, the oldest since {ago(now - min(waiting))}{_last_sign(place, session)}"
        )
        yield Finding(CHECK, WARNING, says, START)


def _worker(place: Place, session: Session) -> Findings:
    """One that signed off, or that a timer starts, is missed when something is overdue."""
    row = _process(session)
    if row is not None and row.holder is not None and place.now - row.seen_at > UNSEEN:
        who, seen = show_holder(row.holder), ago(place.now - row.seen_at)
        yield Finding(CHECK, WARNING, f"the worker ({who}) ended without signing off, last seen {seen} ago", START)


def _problems(session: Session) -> Findings:
    failing = select(ReportRun).where(ReportRun.ended_at.is_(None), ReportRun.attempts > 0)
    for run in session.scalars(failing.order_by(ReportRun.due_at)):
        says = f"the run due {run.due_at:%Y-%m-%d %H:%M}Z failed {run.attempts} times: {run.problem}"
        yield Finding(CHECK, WARNING, says, f"it is tried again; {LOOK}")


def _lost(place: Place, session: Session) -> Findings:
    bad = or_(ReportRun.outcome == GIVEN_UP, ReportRun.failed > 0)
    recent = ReportRun.ended_at.is_not(None), ReportRun.ended_at > place.now - RECENT
    for run in session.scalars(select(ReportRun).where(bad, *recent).order_by(ReportRun.due_at)):
        says = f"the run due {run.due_at:%Y-%m-%d %H:%M}Z was not done as a whole: {run.problem}"
        yield Finding(CHECK, WARNING, says, "mend that, then: hearthline reports schedule run-now")


def _process(session: Session) -> Process | None:
    return session.scalar(select(Process).where(Process.kind == KIND).order_by(Process.seen_at.desc()).limit(1))


def _last_sign(place: Place, session: Session) -> str:
    row = _process(session)
    if row is None:
        return "; nobody ever worked through them"
    return f"; last sign of work {ago(place.now - row.seen_at)} ago"
