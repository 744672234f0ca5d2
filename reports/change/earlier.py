"""The report before: what its figures were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.figure import Figure
from reports.report import Ask


@dataclass(frozen=True, slots=True)
class Earlier:
    """`words` name it in sentences."""

    id: str
    made_at: datetime
    since: datetime
    until: datetime
    figures: Mapping[str, Figure]

    @property
    def words(self) -> str:
        return f"the report up to {self.until:%Y-%m-%d}"

    def line(self) -> dict[str, Any]:
        return {"id": self.id, "made_at": self.made_at, "since": self.since, "until": self.until}


def last_report(ask: Ask) -> Earlier | None:
    """The newest report of the whole patient that was kept before; None while none is."""
    return None
