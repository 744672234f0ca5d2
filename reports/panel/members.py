"""A row a patient of the group: what became of their figures, readings and flags."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import select

from flags.explain.as_of import stood_at
from flags.states import ACTIVE
from models.among import among
from models.tables import Flag
from registry.programmes import programmes
from reports.change.judge import (
    CHANGED,
    IMPROVED,
    NOTHING,
    UNKNOWN,
    WITHIN,
    WORSENED,
    Change,
    Person,
    changes,
    sides,
)
from reports.change.streams import BEFORE, NOW
from reports.figure import share
from reports.flags import Line, line_of
from reports.panel.control import CONTROL, controlled
from reports.panel.expected import asked_of, kept
from reports.panel.group import Group
from reports.panel.read import Read
from reports.period import Period
from reports.report import Ask
from reports.subject import Subject

MIXED: Final = "mixed"
OUTCOMES: Final = (WORSENED, MIXED, CHANGED, WITHIN, IMPROVED, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Member:
    """`outcome` sums up `changes`; `control` has programme → whether they are where it wants them, None for who cannot
    be told; `expected` counts (spans with a reading, spans). `flags` began in the period; `waiting` are open flags."""

    subject: Subject
    programmes: tuple[str, ...]
    changes: Sequence[Change]
    outcome: str
    control: Mapping[str, bool | None]
    expected: tuple[int, int]
    dates: int
    flags: Sequence[Line]
    waiting: int

    def line(self) -> dict[str, Any]:
        """For JSON."""
        have, whole = self.expected
        minutes = [each["minutes_to_act"] for each in self.flags if each["minutes_to_act"] is not None]
        return {
            "patient": self.subject.id, "name": self.subject.name, "programmes": list(self.programmes),
            "outcome": self.outcome, "changes": {each.of.figure: each.verdict for each in self.changes if each.known},
            "controlled": dict(self.control), "adherence_pct": share(have, whole), "spans_with_reading": have,
            "spans": whole, "dates_with_readings": self.dates, "flags_began": len(self.flags),
            "flags_acted_on": len(minutes), "flags_open": self.waiting,
        }  # fmt: skip


def members_of(ask: Ask, group: Group, read: Read) -> list[Member]:
    """In the group's order."""
    by_side, dates = sides(read.figures), _dates(read.dates)
    flags = _flags(ask, [each.id for each in group.members])
    return [
        _member(each, group, by_side, dates.get(each.id, {}), flags.get(each.id, []), read.periods[each.zone])
        for each in group.members
    ]


def _member(
    subject: Subject,
    group: Group,
    by_side: Mapping[tuple[str, str], Any],
    measured: Mapping[str, Set[date]],
    flags: Sequence[Flag],
    period: Period,
) -> Member:
    before, now = (by_side.get((subject.id, when), NOTHING) for when in (BEFORE, NOW))
    person = Person(subject.dry_weight(period.until), subject.pregnant(period.until))
    journeys = group.journeys.get(subject.id, {})
    found = changes(before, now, person)
    lines = [line_of(each) for each in flags if period.since <= each.since <= period.last_instant()]
    return Member(
        subject, tuple(sorted(journeys)), found, outcome(found),
        {name: controlled(name, now, person) for name in sorted(journeys) if name in CONTROL},
        kept(asked_of(journeys, programmes(), period.until), measured, subject, period),
        len(frozenset[date]().union(*measured.values())), lines, sum(each.status in ACTIVE for each in flags),
    )  # fmt: skip


def outcome(found: Sequence[Change]) -> str:
    """Of one patient: improved or worsened when some figures did and none the other way, mixed when both; else
    changed, below_threshold, or not_comparable when nothing could be compared."""
    verdicts = {each.verdict for each in found}
    if {IMPROVED, WORSENED} <= verdicts:
        return MIXED
    return next(each for each in (IMPROVED, WORSENED, CHANGED, WITHIN, UNKNOWN) if each in verdicts)


def _dates(frame: pd.DataFrame) -> dict[str, dict[str, set[date]]]:
    found: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for patient, measure, day in frame[["patient_id", "measure", "day"]].itertuples(index=False):
        found[patient][measure].add(day)
    return found


def _flags(ask: Ask, patients: Sequence[str]) -> dict[str, list[Flag]]:
    """As they stood at the cursor, in one statement."""
    mine = among(ask.session.connection(), Flag.patient_id, patients)
    wanted = select(Flag).where(mine, Flag.raised_at <= ask.cursor, Flag.since <= ask.period.until)
    found: dict[str, list[Flag]] = {}
    for flag in ask.session.scalars(wanted.order_by(Flag.since, Flag.id)):
        if stood := stood_at(flag, ask.cursor):
            found.setdefault(flag.patient_id, []).append(stood.flag)
    return found
