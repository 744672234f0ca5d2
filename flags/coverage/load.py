"""What coverage needs, read from the record: each rule's stream once, the patient's case, and when ingest ran."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from flags.coverage.covered import Covered, Known, covered
from flags.coverage.spans import Span, merged
from flags.history import load_cases, load_received
from flags.judge import before
from models.life import UNSEEN
from models.running import list_runs
from thresholds import RULES
from thresholds.doubt import RECALL, marked
from thresholds.types import Case, Rule

INGEST: Final = "ingest"


def cover(
    session: Session, patient_id: str, span: Span, now: datetime, then: Case | None = None, *, judged: bool = True
) -> list[Covered]:
    """Each rule that is on and was for the patient at any time of the span, in the table's order. `then`: the patient
    as known at `now`, where that is past; readings that were stored later are left out. `judged`: as of `covered`."""
    rules = [rule for rule in RULES.values() if rule.on]
    return [each for each in cover_rules(session, patient_id, rules, span, now, then, judged=judged) if each.applied]


def cover_rules(
    session: Session,
    patient_id: str,
    rules: list[Rule],
    span: Span,
    now: datetime,
    then: Case | None = None,
    *,
    judged: bool = True,
) -> Iterator[Covered]:
    connection, by = session.connection(), None if then is None else now
    case = then or load_cases(connection, [patient_id], now)[patient_id]
    running = _running(session, span, now)
    for stream in dict.fromkeys(rule.stream for rule in rules):
        mine = [rule for rule in rules if rule.stream == stream]
        begin = before(span[0], max(rule.lookback for rule in mine) + RECALL.get(stream, timedelta(0)))
        found, received_at = load_received(connection, (patient_id, stream, begin), by)
        samples = marked(stream, found, case.zone)
        there = [sample for sample in samples if sample.at < span[1]]
        known = Known()
        for rule in mine:
            yield covered(rule, there, case, span, running=running, received_at=received_at, known=known, judged=judged)


def _running(session: Session, span: Span, now: datetime) -> list[Span]:
    """A run whose last sign of life is fresh still lasts."""
    runs = list_runs(session.connection(), INGEST, span[0])
    return merged((begin, now if seen >= now - UNSEEN else seen) for begin, seen in runs)
