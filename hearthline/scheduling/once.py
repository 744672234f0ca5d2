"""`reports run --due` and `schedule run-now`: what is due now, once, for cron and timers."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from hearthline.database import naming, require_current
from hearthline.errors import NO, Failure
from hearthline.scheduling.desk import idle_seconds, opened_desk
from hearthline.scheduling.lease import kept, waiting_for_lease
from hearthline.settings import Settings
from hearthline.shell import Shell
from hearthline.signals import catching_signals
from hearthline.trying import counted
from ingest.lease import LOOKS, Lease, LeaseLostError, SlotHeldError
from models.engine import open_writer
from models.tables import MadeReport, ReportRun
from reports.schedule.work import begin, count_waiting, work_through


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it; `elsewhere` says who is at work already, else None."""

    elsewhere: str | None = None
    runs: int = 0
    made: int = 0
    problems: tuple[str, ...] = ()
    interrupted: bool = False

    def line(self) -> dict[str, Any]:
        return {"runs": self.runs, "made": self.made, "problems": list(self.problems), "elsewhere": self.elsewhere}


def run_due(shell: Shell) -> Done:
    """Work through everything that is due, once. Raises Failure when the lease is lost on the way."""
    settings, url = shell.settings(), shell.settings().database.url
    require_current(url)
    with naming(url), catching_signals() as signals:
        writer = open_writer(url, idle_seconds=idle_seconds(settings))
        try:
            lease = _hold(settings, shell, writer, signals.stop)
            with kept(lease, writer, shell.now):
                done = _work(settings, shell, lease, signals.stop)
        except SlotHeldError as held:
            return Done(elsewhere=str(held).partition(" is held by ")[2] or str(held))
        except LeaseLostError as lost:
            raise Failure(
                f"another works through the schedules now: {lost}", "nothing is left to do here", NO
            ) from None
        finally:
            writer.dispose()
    return Done(None, *done, interrupted=signals.interrupted)


def _hold(settings: Settings, shell: Shell, writer: Engine, stop: Event) -> Lease:
    """Raises SlotHeldError."""
    length = settings.reports.lease
    waiting = waiting_for_lease(writer, length, shell.now, standby=False)
    while (lease := waiting.attempt()) is None:
        if stop.is_set():
            raise SlotHeldError("not waited for")
        time.sleep(length / LOOKS)
    return lease


def _work(settings: Settings, shell: Shell, lease: Lease, stop: Event) -> tuple[int, int, tuple[str, ...]]:
    """Runs looked at, reports made, and what is wrong."""
    began = shell.now()
    with opened_desk(settings, lease.fence, shell.now, stop) as desk:
        begin(desk)
        with counted(count_waiting(desk)) as tick:
            runs = work_through(replace(desk, tick=tick))
        with Session(desk.reader) as session:
            return runs, *_found(session, began)


def _found(session: Session, since: datetime) -> tuple[int, tuple[str, ...]]:
    made = session.scalar(select(func.count()).select_from(MadeReport).where(MadeReport.made_at >= since)) or 0
    wrong = select(ReportRun.problem).where(ReportRun.problem.is_not(None), ReportRun.again_at >= since)
    return made, tuple(str(each) for each in session.scalars(wrong.order_by(ReportRun.due_at)))
