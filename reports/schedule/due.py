"""Each time a schedule is due is a run, begun once. A run that was missed is made up once, not once for each time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models.keys import derived_id
from models.tables import ReportRun, ReportSchedule
from reports.errors import ReportError
from reports.schedule.record import CLINIC, list_schedules, rhythm_of
from reports.schedule.rhythm import last_due, next_due
from reports.schedule.subjects import Subject, list_subjects, list_zones

OVERTAKEN, REMOVED, NOBODY, DELIVERED, GIVEN_UP = "overtaken", "removed", "nobody", "delivered", "given_up"


def dues(session: Session, schedule: ReportSchedule, clinic: str, now: datetime) -> set[datetime]:
    """When it was due last, in each zone, of what is to be made at all. Only the last times count: that is what makes
    up a missed run once."""
    rhythm = rhythm_of(schedule)
    last = {last_due(rhythm, now, zone) for zone in list_zones(session, schedule, clinic, now)}
    return {due for due in last if due > schedule.active_since}


def next_time(session: Session, schedule: ReportSchedule, clinic: str, now: datetime) -> datetime | None:
    """The first time it will be due; None while it is paused, about nobody, or by the clock of a clinic without one."""
    if schedule.paused_at is not None:
        return None
    zones = list_zones(session, schedule, clinic, now)
    return min((next_due(rhythm_of(schedule), now, zone) for zone in zones), default=None)


def is_due(session: Session, clinic: str, now: datetime) -> bool:
    """Whether anything is that was not begun."""
    return any(_fresh(session, each, clinic, now) for each in list_schedules(session) if each.paused_at is None)


def begin_due(session: Session, clinic: str, now: datetime) -> int:
    """Begin what is due and was not begun; answers how many runs."""
    return sum(_begin(session, each, clinic, now) for each in list_schedules(session) if each.paused_at is None)


def _begin(session: Session, schedule: ReportSchedule, clinic: str, now: datetime) -> int:
    fresh = _fresh(session, schedule, clinic, now)
    for at in fresh:
        session.add(_run(schedule, at, now, asked=False))
    if fresh:
        _overtake(session, schedule, min(dues(session, schedule, clinic, now)), now)
    session.flush()
    return len(fresh)


def _fresh(session: Session, schedule: ReportSchedule, clinic: str, now: datetime) -> list[datetime]:
    due = dues(session, schedule, clinic, now)
    return [at for at in due if session.get(ReportRun, run_id(schedule, at)) is None]


def ask(session: Session, schedule: ReportSchedule, now: datetime) -> ReportRun:
    """A run that a person wants now, beside those that are due. Raises ReportError for a schedule that was removed."""
    if schedule.removed_at is not None:
        raise ReportError("the schedule was removed; see: hearthline reports schedule list")
    run = _run(schedule, now, now, asked=True)
    session.add(run)
    session.flush()
    return run


def run_id(schedule: ReportSchedule, due_at: datetime) -> UUID:
    """The same for the same time, also in a record that was restored: whoever gets its mail twice can tell."""
    return derived_id("report_run", schedule.id, due_at.isoformat())


def _run(schedule: ReportSchedule, due_at: datetime, now: datetime, *, asked: bool) -> ReportRun:
    return ReportRun(
        id=run_id(schedule, due_at), schedule_id=schedule.id, due_at=due_at, asked=asked, begun_at=now, made=0,
        failed=0, attempts=0, again_at=now,
    )  # fmt: skip


def _overtake(session: Session, schedule: ReportSchedule, oldest: datetime, now: datetime) -> None:
    """What is still being made for an earlier time has no use any more, once it is due anew in every zone."""
    earlier = (ReportRun.schedule_id == schedule.id, ReportRun.due_at < oldest, ~ReportRun.asked)
    left = (ReportRun.made_at.is_(None), ReportRun.ended_at.is_(None))
    session.execute(update(ReportRun).where(*earlier, *left).values(ended_at=now, outcome=OVERTAKEN))


def list_open(session: Session, now: datetime) -> Sequence[tuple[ReportRun, ReportSchedule]]:
    """Runs with something left to do that may be done now, the oldest first. One of a paused schedule waits."""
    both = select(ReportRun, ReportSchedule).join(ReportSchedule, ReportSchedule.id == ReportRun.schedule_id)
    open_ = (ReportRun.ended_at.is_(None), ReportRun.again_at <= now)
    wanted = or_(ReportSchedule.paused_at.is_(None), ReportRun.asked)
    return [(run, schedule) for run, schedule in session.execute(both.where(*open_, wanted).order_by(ReportRun.due_at))]


def subjects_of(session: Session, run: ReportRun, schedule: ReportSchedule) -> list[Subject]:
    """Whom this run is about: everybody of the schedule for whom it is due then, as it was when the run began."""
    subjects = list_subjects(session, schedule, run.begun_at)
    if run.asked or schedule.zone == CLINIC:
        return subjects
    rhythm = rhythm_of(schedule)
    here = {zone for zone in {each.zone for each in subjects} if last_due(rhythm, run.begun_at, zone) == run.due_at}
    return [each for each in subjects if each.zone in here]
