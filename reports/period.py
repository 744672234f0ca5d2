"""The period of a report: so many days of the patient's calendar, up to an instant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 1440
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, aware UTC, both included; only a midnight belongs to the day that it begins."""

    since: datetime
    until: datetime
    days: int
    zone: str

    def dates(self) -> list[date]:
        """Local dates that the period touches, oldest first: one more than `days` where it ends within a day."""
        zone = ZoneInfo(self.zone)
        first, last = (each.astimezone(zone).date() for each in (self.since, self.until - MOMENT))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def last_instant(self) -> datetime:
        """The last one in the period, to the microsecond that the record keeps."""
        at_midnight = self.until == midnight(self.until.astimezone(ZoneInfo(self.zone)).date(), self.zone)
        return self.until - MOMENT if at_midnight else self.until

    def whole_dates(self) -> list[date]:
        """Those that lie in the period from midnight to midnight: only they can be called missed."""
        return [day for day in self.dates() if self.holds(day)]

    def holds(self, day: date) -> bool:
        return self.since <= midnight(day, self.zone) and midnight(day + timedelta(days=1), self.zone) <= self.until


def midnight(day: date, zone: str) -> datetime:
    """The instant at which the local date begins, aware UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def period_of(until: datetime, days: int, zone: str) -> Period:
    """The `days` before `until` by the calendar of `zone`: the same time of day, whatever clocks did between."""
    local = until.astimezone(ZoneInfo(zone))
    since = (local.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=ZoneInfo(zone))
    return Period(since.astimezone(UTC), until, days, zone)
