"""Runs the checks, each family beside the others with a deadline: what hangs is a finding and hangs nobody."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.orm import Session

from hearthline.doctor.arrivals import check_missing, check_payloads, check_resends
from hearthline.doctor.backups import check_backups
from hearthline.doctor.broker import check_broker, check_session
from hearthline.doctor.broker_file import check_broker_file
from hearthline.doctor.clock import check_clock
from hearthline.doctor.database import check_database
from hearthline.doctor.durability import check_durability
from hearthline.doctor.finding import DANGEROUS, OK, UNKNOWN, Check, Finding, Place, RecordCheck
from hearthline.doctor.places import check_places
from hearthline.doctor.plans import check_plans
from hearthline.doctor.processes import check_processes
from hearthline.doctor.record import check_failures, check_refusals
from hearthline.doctor.reports import check_reports
from hearthline.doctor.settings import check_settings
from hearthline.errors import explain
from models.engine import open_reader

SECONDS: Final = 8.0
CONNECT_SECONDS: Final = "4"
AROUND: Final[Mapping[str, Check]] = {
    "settings": check_settings,
    "places": check_places,
    "broker": check_broker,
    "broker configuration": check_broker_file,
}
RECORD: Final[Mapping[str, RecordCheck]] = {
    "durability": check_durability,
    "clock": check_clock,
    "session": check_session,
    "ingest": check_processes,
    "evaluation failures": check_failures,
    "refusals": check_refusals,
    "missing readings": check_missing,
    "resends": check_resends,
    "bytes of messages": check_payloads,
    "programmes": check_plans,
    "backup": check_backups,
    "reports": check_reports,
}
QUICK: Final = ("ingest",)
Answer = Callable[[], list[Finding]]


def examine(place: Place, *, quick: bool = False, seconds: float = SECONDS) -> list[Finding]:
    """All findings, in the order of the tables. The record is asked only when the database answers. `quick`: only
    whether the database answers and ingest runs."""
    around = {} if quick else AROUND
    first = ask_all(
        {name: partial(_listed, check, place) for name, check in {**around, "database": check_database}.items()},
        seconds,
    )
    if any(finding.check == "database" and finding.standing != OK for finding in first):
        return first
    chosen = {name: check for name, check in RECORD.items() if not quick or name in QUICK}
    engine = open_reader(_impatient(place.settings.database.url))
    try:
        return first + ask_all(
            {name: partial(_of_record, check, place, engine) for name, check in chosen.items()}, seconds
        )
    finally:
        engine.dispose()


def _impatient(url: str) -> URL:
    """Whoever cannot connect is told so before the deadline."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed
    return parsed.update_query_dict({"connect_timeout": CONNECT_SECONDS})


def ask_all(questions: Mapping[str, Answer], seconds: float) -> list[Finding]:
    """Each in a thread of its own, which is left behind when it does not answer in time."""
    until = monotonic() + seconds
    asked = {name: _ask(name, question) for name, question in questions.items()}
    return [finding for name, answer in asked.items() for finding in _await(name, answer, until)]


def _ask(name: str, question: Answer) -> SimpleQueue[list[Finding]]:
    answer: SimpleQueue[list[Finding]] = SimpleQueue()
    Thread(target=lambda: answer.put(_answered(name, question)), daemon=True).start()
    return answer


def _answered(name: str, question: Answer) -> list[Finding]:
    try:
        return question()
    except Exception as error:  # one check that fails must not hide what the others found
        failure = explain(error)
        says, mend = (
            (failure.wrong, failure.mend) if failure else (f"this check failed: {type(error).__name__}", "report it")
        )
        return [Finding(name, UNKNOWN, says, mend)]


def _await(name: str, answer: SimpleQueue[list[Finding]], until: float) -> Sequence[Finding]:
    try:
        return answer.get(timeout=max(0.0, until - monotonic()))
    except Empty:
        says, mend = "no answer in time: it hangs, or is far too slow", "see its log; restart it when it hangs"
        return [Finding(name, DANGEROUS if name == "database" else UNKNOWN, says, mend)]


def _listed(check: Check, place: Place) -> list[Finding]:
    return list(check(place))


def _of_record(check: RecordCheck, place: Place, engine: Engine) -> list[Finding]:
    with Session(engine) as session:
        return list(check(place, session))
