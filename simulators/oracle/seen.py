"""What one stream of one patient shows, with what is known of the patient: all that a rule may go by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from simulators.oracle.point import Point
from simulators.plan import PlannedPatient


@dataclass(frozen=True, slots=True)
class Seen:
    """`points` in the order of the times that the devices said."""

    patient: PlannedPatient
    points: Sequence[Point]

    @property
    def sure(self) -> "Seen":
        """Without those whose clock cannot be believed."""
        return Seen(self.patient, [point for point in self.points if point.sure])

    def having(self, component: str) -> "Seen":
        return Seen(self.patient, [point for point in self.points if component in point.values])

    def day(self, point: Point) -> date:
        """The patient's local date."""
        return _date(point.at, self.patient.zone)

    def has(self, name: str, value: str, at: datetime, after: timedelta = timedelta(0)) -> bool:
        """Whether the fact is in force at `at`, or ended at most `after` before."""
        for each in self.patient.spells:
            late = after > timedelta(0) and each.end <= at <= each.end + after
            if (each.name, each.value) == (name, value) and (each.begin <= at < each.end or late):
                return True
        return (name, value) in self.patient.facts


def rows(points: Sequence[Point], breaks: Callable[[Point], bool | None]) -> list[Point]:
    """The first of each row of neighbours that all break the rule. None is for points that say nothing: they neither
    begin nor end a row."""
    told = [(point, mark) for point in points if (mark := breaks(point)) is not None]
    return [point for n, (point, mark) in enumerate(told) if mark and not (n and told[n - 1][1])]


@lru_cache(100_000)
def _date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
