"""Device-days and windows of thirty days: pure, on dates alone (§4.6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DATES: Final = 30
THRESHOLDS: Final = ((2, "99445"), (16, "99454"))  # device-days, and the code that so many are for
SETUP: Final = 2  # device-days of the first window, for 99453


@dataclass(frozen=True, slots=True)
class Window:
    """Thirty local dates, both ends included. `counted`: device-days. `late`: dates whose readings all arrived after
    the window. `left`: dates that are not over."""

    number: int
    first: date
    last: date
    counted: int
    late: int
    left: int

    @property
    def open(self) -> bool:
        return self.left > 0

    def code(self) -> str | None:
        """The supply code that so many device-days are for; 99445 and 99454 exclude each other."""
        return next((code for least, code in reversed(THRESHOLDS) if self.counted >= least), None)

    def missing(self) -> dict[str, int]:
        """Device-days still missing to each threshold, by code."""
        return {code: max(least - self.counted, 0) for least, code in THRESHOLDS}

    def out_of_reach(self, *, running_counts: bool) -> list[str]:
        """Codes that the dates left cannot reach any more; `running_counts`: the first of these is counted already."""
        possible = self.left - (1 if running_counts and self.left else 0)
        return [code for code, lacking in self.missing().items() if lacking > possible]


def first_window(days: Iterable[tuple[date, date]]) -> date | None:
    """The first device-day, where windows begin: the first date with a reading received within thirty dates. `days` are
    (measured, received) by date, oldest measured first."""
    return next((measured for measured, received in days if (received - measured).days < DATES), None)


def windows(anchor: date, days: Sequence[tuple[date, date]], today: date, *, today_is_over: bool) -> list[Window]:
    """One after the other without overlap from `anchor` to the one that holds `today`. `days` has each date with the
    date on which its first reading arrived."""
    count = (today - anchor).days // DATES + 1
    running = today + timedelta(days=1 if today_is_over else 0)
    return [_window(number, anchor, days, running) for number in range(count)]


def _window(number: int, anchor: date, days: Sequence[tuple[date, date]], running: date) -> Window:
    first = anchor + timedelta(days=DATES * number)
    last = first + timedelta(days=DATES - 1)
    mine = [received for measured, received in days if first <= measured <= last]
    counted = sum(received <= last for received in mine)
    left = max((last - max(running, first)).days + 1, 0)
    return Window(number + 1, first, last, counted, len(mine) - counted, left)
