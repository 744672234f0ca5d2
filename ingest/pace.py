"""Whether the wall clock runs evenly with one that never steps (C2): after a step nobody knows which time was right.

For an hour silence is not judged then, so that a clock set a day ahead raises no flood; a clock that was set back may
have left wake-ups in the future, so everything is looked at again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

STEP: Final = timedelta(minutes=1)
SETTLED: Final = 3600.0  # seconds


@dataclass(slots=True)
class Pace:
    """The last look: `wall` and `steady` seconds of one moment; `stepped` in the latter: when a step was last seen."""

    wall: datetime | None = None
    steady: float = 0.0
    stepped: float | None = None

    def look(self, wall: datetime, steady: float) -> timedelta:
        """By how much the wall clock stepped since the last look; zero for less than a minute."""
        before, passed = self.wall, timedelta(seconds=steady - self.steady)
        self.wall, self.steady = wall, steady
        if before is None or abs(wall - before - passed) < STEP:
            return timedelta()
        self.stepped = steady
        return wall - before - passed

    @property
    def settled(self) -> bool:
        """As of the last look."""
        return self.stepped is None or self.steady - self.stepped > SETTLED
