"""Reports of many patients: some patients at a time, their readings read once for all their reports, on two cores.

Each portion is read on a snapshot of its own. What is finished comes in the order asked for, and no more portions are
under way than keep the processes busy, so that memory does not grow with the number of patients.
"""

import gc
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from flags.uncollected import uncollected
from models.engine import open_reader
from registry.errors import RegistryError
from reports.ahead import Ahead, Span, read_ahead
from reports.errand import FORMS, Errand, Made, kinds_for
from reports.errors import ReportError
from reports.period import period_of
from reports.readings import AHEAD
from reports.report import Ask, Kind
from reports.run import Wish, ask_for, days_of, make_report

PORTION: Final = 20  # patients
PROCESSES: Final = 2
IN_FLIGHT: Final = 2 * PROCESSES  # portions
WORTH_TWO: Final = 3  # portions: a second process takes seconds to start
PERIODS: Final = {"patient": 2}  # compared with each other
SLACK: Final = timedelta(days=2)  # a day begins at another instant in each zone


def make_many(
    url: str, patients: Sequence[str], errand: Errand, processes: int = PROCESSES, portion: int = PORTION
) -> Iterator[Made]:
    """In the order of `patients`. A report that fails is among them and stops no other; a database that does stops all.

    Raises ReportError at once for what no report can do."""
    for kind in kinds_for(errand.wish.report):
        days_of(errand.wish, kind)
    portions = [patients[place : place + portion] for place in range(0, len(patients), portion)]
    if processes == 1 or len(portions) < WORTH_TWO:
        return (made for portion in portions for made in make_portion(url, portion, errand))
    return _together(url, portions, errand, processes)


def _begin() -> None:
    """In a new process: what was imported stays, and need not be looked through after each patient.
    Who is killed without mercy cannot end its processes: they end by themselves."""
    gc.freeze()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _together(url: str, portions: Sequence[Sequence[str]], errand: Errand, processes: int) -> Iterator[Made]:
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin) as pool:
        rest = (pool.submit(make_portion, url, portion, errand) for portion in portions)
        waiting: deque[Future[list[Made]]] = deque(islice(rest, IN_FLIGHT))
        try:
            while waiting:
                yield from waiting.popleft().result()
                waiting.extend(islice(rest, 1))
        except BrokenProcessPool:
            raise ReportError("a process that makes reports was ended from outside; run it again") from None
        finally:
            pool.shutdown(cancel_futures=True)


def make_portion(url: str, patients: Sequence[str], errand: Errand) -> list[Made]:
    """In the order of `patients`."""
    engine, found = open_reader(url), dict[str, list[Made]]()
    try:
        with uncollected(), Session(engine) as session:
            for each in _read(session, patients, errand):
                found[each.patient] = list(_of_one(session, each, errand))
                gc.collect()  # not whenever some objects were made, but before the next patient's are
    finally:
        engine.dispose()
    return [made for patient in patients for made in found[patient]]


def _read(session: Session, patients: Sequence[str], errand: Errand) -> Iterator[Ahead]:
    wish = errand.wish
    until = wish.until or errand.now
    days = max(days_of(wish, kind) * PERIODS.get(kind.name, 1) for kind in kinds_for(wish.report))
    since = period_of(until, days, "UTC").since - SLACK
    return read_ahead(session, Span(patients, since, until, wish.cursor or errand.now))


def _of_one(session: Session, ahead: Ahead, errand: Errand) -> Iterator[Made]:
    """The patient's facts are read once, as the readings are."""
    session.info[AHEAD] = ahead
    known: Ask | None = None
    for kind in kinds_for(errand.wish.report, frozenset(ahead.frame["stream"])):
        try:
            known = _ask(session, kind, replace(errand.wish, patient=ahead.patient), errand, known)
            yield _made(kind, known, errand)
        except (ReportError, RegistryError) as error:
            yield Made(ahead.patient, kind.name, failed=str(error))
        except DBAPIError:
            raise
        except Exception as error:  # a report of somebody else must not fail with it; its text may quote a value
            yield Made(ahead.patient, kind.name, failed=f"a fault of ours: {type(error).__name__}")


def _ask(session: Session, kind: Kind, wish: Wish, errand: Errand, known: Ask | None) -> Ask:
    if known is None:
        return ask_for(session, wish, kind, errand.now)
    period = period_of(known.period.until, days_of(wish, kind), known.period.zone)
    return replace(known, period=period)


def _made(kind: Kind, ask: Ask, errand: Errand) -> Made:
    report = make_report(kind, ask, errand.now)
    readings = report.content["readings"]
    forms = {form: FORMS[form](report) for form in errand.forms}
    return Made(ask.subject.id, kind.name, forms, report.content["sufficient"], readings["digest"])
