"""The report before, of those that were kept: what its figures were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from models.tables import MadeReport
from reports.change.judge import NOTHING
from reports.figure import Figure
from reports.report import Ask

NAME: Final = "patient"


@dataclass(frozen=True, slots=True)
class Earlier:
    """`figures` are those that are compared, by name, as that report had them."""

    id: str
    made_at: datetime
    since: datetime
    until: datetime
    figures: Mapping[str, Figure]

    @property
    def words(self) -> str:
        """As sentences name its period."""
        return f"the report of {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"

    def line(self) -> dict[str, Any]:
        return {"id": self.id, "made_at": self.made_at, "since": self.since, "until": self.until}


def last_report(ask: Ask) -> Earlier | None:
    """The newest report of the whole patient that was kept by the cursor and ends before this one; None without one."""
    wanted = (
        select(MadeReport.id, MadeReport.made_at, MadeReport.since, MadeReport.until, MadeReport.body)
        .where(MadeReport.patient_id == ask.subject.id, MadeReport.report == NAME)
        .where(MadeReport.made_at <= ask.cursor, MadeReport.until < ask.period.until)
        .order_by(MadeReport.until.desc(), MadeReport.made_at.desc())
        .limit(1)
    )
    row = ask.session.execute(wanted).first()
    return None if row is None else Earlier(str(row.id), row.made_at, row.since, row.until, _figures(row.body))


def _figures(body: Mapping[str, Any]) -> dict[str, Figure]:
    """What an earlier version did not have is as if there had been no reading."""
    told = body.get("figures", {})
    return {name: _figure(told[name]) if name in told else none for name, none in NOTHING.items()}


def _figure(line: Mapping[str, Any]) -> Figure:
    return Figure(line["value"], line["unit"], line["n"], line["sufficient"], line.get("why", ""))
