"""One report of one patient, made from the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.patients import get_patient
from reports.errors import ReportError
from reports.page.blocks import Block, Words
from reports.page.html import Pairs, page
from reports.panel.group import load_group
from reports.period import period_of
from reports.report import WORDING, Ask, Found, Kind, Options, content
from reports.subject import Subject, load_subject
from reports.table import KINDS

LONGEST: Final = 36_525  # days: a hundred years


@dataclass(frozen=True, slots=True)
class Wish:
    """`patient` is an id, or whom a report of many is about: programme:NAME or all. `days` None means as many as suits
    the report; `until` and `cursor` None mean now."""

    report: str
    patient: str
    days: int | None = None
    until: datetime | None = None
    cursor: datetime | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Report:
    """`content` is the whole of it for JSON; `html` and `pdf` render it as a page."""

    kind: Kind
    ask: Ask
    found: Found
    content: Mapping[str, Any]

    def html(self) -> str:
        return page(*self.parts())

    def pdf(self) -> bytes:
        """The same page as PDF/UA-1."""
        from reports.pdf.make import pdf

        return pdf(*self.parts(), made_at=self.content["made_at"])

    def csv(self) -> str:
        """Its rows; raises ReportError for a report that has none."""
        if self.found.csv is None:
            raise ReportError(f"the report {self.kind.name} has no CSV; leave out --csv, or use --html")
        return self.found.csv()

    def parts(self) -> tuple[str, Pairs, Sequence[Block], str, Pairs]:
        """What a page is made of, whatever it becomes: title, head, blocks, wording and foot."""
        blocks = [*self.found.blocks(), Words("Notes", self.found.notes)]
        return f"{self.kind.title}: {self.ask.subject.name}", self._head(), blocks, WORDING, self._foot()

    def _head(self) -> Pairs:
        subject, period = self.ask.subject, self.ask.period
        zone = ZoneInfo(period.zone)
        local = [f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in (period.since, period.until)]
        return [
            *subject.head(period.until),
            ("Period", f"{local[0]} to {local[1]}, {period.days} days"),
            ("Zone", period.zone),
        ]

    def _foot(self) -> Pairs:
        left = ", ".join(f"{count} {reason}" for reason, count in self.found.left_out.items()).replace("_", " ")
        made = f"{self.content['made_at']:%Y-%m-%d %H:%M}Z"
        used = f"{self.found.used}, {self.found.questionable} of them questionable"
        rest = [("Readings used", used), ("Left out", left or "none"), ("Digest", self.found.digest)]
        return [("Made", made), ("Record as of", self.ask.cursor.isoformat()), *rest]


def run_report(session: Session, wish: Wish, now: datetime) -> Report:
    """Raises ReportError for what no report can do, RegistryError when there is no such patient."""
    kind = kind_of(wish.report)
    return make_report(kind, ask_for(session, wish, kind, now), now)


def kind_of(report: str) -> Kind:
    kind = KINDS.get(report)
    if kind is None:
        raise ReportError(f"there is no report {report!r}; one of: {', '.join(KINDS)}")
    return kind


def ask_for(session: Session, wish: Wish, kind: Kind, now: datetime) -> Ask:
    days = days_of(wish, kind)
    until, cursor = wish.until or now, wish.cursor or now
    subject = _subject(session, wish, kind, until, cursor)
    return Ask(session, subject, period_of(until, days, subject.zone), cursor, wish.options)


def days_of(wish: Wish, kind: Kind) -> int:
    days = kind.days if wish.days is None else wish.days
    if not 1 <= days <= LONGEST:
        raise ReportError(f"a report is of 1 to {LONGEST} days")
    return days


def make_report(kind: Kind, ask: Ask, now: datetime) -> Report:
    found = kind.make(ask)
    return Report(kind, ask, found, content(kind, ask, found, now))


def _subject(session: Session, wish: Wish, kind: Kind, until: datetime, cursor: datetime) -> Subject:
    if kind.many:
        return load_group(session, wish.patient, until, cursor)
    return load_subject(session, get_patient(session, wish.patient), until, cursor)
