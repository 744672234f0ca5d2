"""Who is running, and whether they keep up. When ingest is not running at all that is one condition, not many."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import DANGEROUS, OK, WARNING, Finding, Findings, Place, ago
from ingest.holder import show_holder
from models.life import UNSEEN, list_processes
from models.tables import Evaluation, Message, Process

BEHIND: Final = timedelta(minutes=1)
START: Final = "start it: systemctl start hearthline-ingest, or hearthline ingest"


def check_processes(place: Place, session: Session) -> Findings:
    ingest = [process for process in list_processes(session) if process.kind == "ingest"]
    alive = [process for process in ingest if place.now - process.seen_at <= UNSEEN]
    if not alive:
        yield Finding("ingest", DANGEROUS, _not_running(place, session, ingest), START)
        return
    yield from _slots(place, ingest)
    yield _lag(place, alive)
    yield _queue(place, session)


def _not_running(place: Place, session: Session, ingest: Sequence[Process]) -> str:
    stored = session.scalar(select(func.max(Message.received_at)))
    last = "" if stored is None else f"; the last message came {ago(place.now - stored)} ago"
    if not ingest:
        return f"ingest is not running{last}"
    seen = max(process.seen_at for process in ingest)
    return f"ingest ended without signing off, last seen {ago(place.now - seen)} ago{last}"


def _slots(place: Place, ingest: Sequence[Process]) -> Findings:
    for process in ingest:
        who = f"slot {process.slot}" + (f" ({show_holder(process.holder)})" if process.holder else "")
        silent = place.now - process.seen_at
        if silent > UNSEEN:
            says = f"the worker of {who} was last seen {ago(silent)} ago; its messages wait for it"
            yield Finding(
                "ingest", DANGEROUS, says, "start ingest again: it takes the slot over, or fetches what waits there"
            )
        else:
            yield Finding("ingest", OK, f"{who} runs since {process.started_at:%Y-%m-%d %H:%M}Z")


def _lag(place: Place, alive: Sequence[Process]) -> Finding:
    waits = [place.now - process.oldest_waiting for process in alive if process.oldest_waiting]
    if waits and max(waits) > BEHIND:
        mend = "wait when it catches up after a pause; else see its log, and give it more workers"
        return Finding("lag", WARNING, f"ingest is behind since {ago(max(waits))}", mend)
    return Finding("lag", OK, "ingest keeps up")


def _queue(place: Place, session: Session) -> Finding:
    due = select(func.min(Evaluation.due_at), func.count()).where(Evaluation.due_at < place.now)
    oldest, count = session.execute(due).one()
    if oldest is not None and place.now - oldest > BEHIND:
        says = f"evaluations overdue: {count}, the oldest since {ago(place.now - oldest)}"
        return Finding("evaluation", WARNING, says, "see ingest's log; flags come late until it has caught up")
    return Finding("evaluation", OK, "nothing is overdue")
