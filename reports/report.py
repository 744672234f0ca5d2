"""What every report is made of, whatever it is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from reports.figure import Figure
from reports.names import OF_MANY
from reports.page.blocks import Block
from reports.period import Period
from reports.subject import Subject

WORDING: Final = (
    "Shows home readings and rule matches for review by a licensed professional. Not continuous monitoring, not an"
    " alarm system, not for emergencies. Each flag states the rule, limit, readings and source so it can be checked."
    " Does not diagnose or change treatment."
)
STRANGE: Final = "Sent with another offset than the patient's zone has: {} readings. Dates and hours are of the zone."
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose: the unit of glucose, where glucose comes from, and by whose goals it is read."""

    unit: str = "mg/dL"
    source: str = "auto"
    goals: str = "auto"


@dataclass(frozen=True, slots=True)
class Ask:
    """Everything a report may depend on; equal asks of equal records give equal figures."""

    session: Session
    subject: Subject
    period: Period
    cursor: datetime
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Found:
    """What a report found. `used` readings, their digest, and how many were left out by reason; `limits` are the
    numbers it compared with; `tables` are lists of rows for JSON; `blocks` make the page; `why` says what the whole of
    it lacks, empty when nothing; `csv` writes its rows, None for a report that has none;
    `questionable` of the readings used are marked so."""

    figures: Mapping[str, Figure]
    used: int
    digest: str
    left_out: Mapping[str, int]
    limits: Sequence[Mapping[str, Any]]
    tables: Mapping[str, Sequence[Any]]
    notes: Sequence[str]
    blocks: Callable[[], Sequence[Block]]
    why: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    csv: Callable[[], str] | None = None
    questionable: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A report: its title, how many days it looks at unless told otherwise, and how it is made."""

    name: str
    title: str
    days: int
    make: Callable[[Ask], Found]

    @property
    def many(self) -> bool:
        """Whether it is about a group of patients (`reports.panel.group`)."""
        return self.name in OF_MANY


def content(kind: Kind, ask: Ask, found: Found, made_at: datetime) -> dict[str, Any]:
    """The whole report as JSON has it."""
    subject, period = ask.subject, ask.period
    return {
        "report": kind.name,
        "version": VERSION,
        **subject.said(),
        "period": {"since": period.since, "until": period.until, "days": period.days, "zone": period.zone},
        "sufficient": not found.why,
        "why": found.why or None,
        "made_at": made_at,
        "cursor": ask.cursor,
        "readings": {
            "used": found.used,
            "questionable": found.questionable,
            "digest": found.digest,
            "left_out": dict(found.left_out),
        },
        "limits": list(found.limits),
        **found.more,
        "figures": {name: line_of(each, period) for name, each in found.figures.items()},
        **found.tables,
        "notes": list(found.notes),
        "wording": WORDING,
    }


def line_of(each: Figure, period: Period) -> dict[str, Any]:
    line = {
        "value": each.value,
        "unit": each.unit,
        "n": each.n,
        "since": each.since or period.since,
        "until": each.until or period.until,
        "sufficient": each.sufficient,
    }
    return line if each.sufficient else line | {"why": each.why}
