"""What becomes of a worker process that ended, and of one from which nothing is heard: decided without any of them."""

from dataclasses import dataclass
from typing import Final

from hearthline.errors import BROKER, DATABASE, NO, USAGE

FIRST: Final = 1.0
LONGEST: Final = 30.0
STEADY: Final = 60.0  # seconds of work after which a death is taken for a new trouble, not for the same again
SILENT: Final = 60.0  # seconds without a turn: it hangs
STARTING: Final = 120.0  # the same for one that has not said it is ready


def ends_all(code: int, *, ready: bool) -> bool:
    """Whether starting again is useless: what it said of settings, database and broker is true for all. A slot that
    another holds is a reason only at the beginning."""
    return code in (USAGE, DATABASE, BROKER) or (code == NO and not ready)


def pause(deaths: int) -> float:
    """Seconds before the start after so many deaths in a row."""
    return float(min(FIRST * 2 ** max(deaths - 1, 0), LONGEST))


@dataclass(slots=True)
class Life:
    """Of one slot's processes; instants by a monotonic clock. `heard` is the last sign, at first the start."""

    started: float
    heard: float
    ready: bool = False
    deaths: int = 0
    due: float = 0.0

    def hear(self, said: list[str], now: float) -> None:
        if said:
            self.heard = now
            self.ready = self.ready or "READY=1" in said

    def hangs(self, now: float) -> bool:
        return now - self.heard > (SILENT if self.ready else STARTING)

    def die(self, now: float) -> None:
        self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
        self.due = now + pause(self.deaths)

    def begin(self, now: float) -> None:
        self.started = self.heard = now
