"""How often a sensor samples, told from its samples, and whether one is missing between two of them."""

from collections import deque
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

USUAL: Final = timedelta(minutes=5)
SLOWEST: Final = timedelta(minutes=15)
NEIGHBOURS: Final = USUAL * 3 / 2  # half a sample is left for jitter
FARTHEST: Final = SLOWEST * 3 / 2
RECALLED: Final = timedelta(hours=3)
SPACINGS: Final = 8
ENOUGH: Final = 3
MINUTE: Final = timedelta(minutes=1)


class Cadence:
    """The sensor's own rhythm: the median of its newest eight spacings within three hours, in whole minutes.

    A sample is missing where two are further apart than one and a half times that, but never where they are within
    7.5 min (so a sensor of five minutes or less is judged as before it had a rhythm), and always beyond 22.5 min. Of an
    even number of spacings the median is the lower one: missing samples only lengthen. Fewer than three spacings tell
    no rhythm: five minutes are assumed, as after a gap of three hours. All (design).
    """

    def __init__(self) -> None:
        self.instants: deque[datetime] = deque(maxlen=SPACINGS + 1)

    def move(self, at: datetime) -> timedelta | None:
        """Take the next instant: how long after the one before it comes, None where a sample is missing between."""
        before = self.instants[-1] if self.instants else None
        self.instants.append(at)
        if before is None or at - before > FARTHEST:
            return None
        spacing = at - before
        return spacing if spacing <= NEIGHBOURS or spacing <= self._rhythm(at) * 3 / 2 else None

    def _rhythm(self, at: datetime) -> timedelta:
        recalled = [each for each in self.instants if at - each <= RECALLED]
        spacings = sorted(two - one for one, two in pairwise(recalled))
        if len(spacings) < ENOUGH:
            return USUAL
        return min(round(spacings[(len(spacings) - 1) // 2] / MINUTE) * MINUTE, SLOWEST)
