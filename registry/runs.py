"""One count of a device: the numbers heard from its beginning to the next reset, and the holes between them.

Numbers that follow each other in the order of the device's own time are one `Stretch`: a device that lost nothing is
one stretch, however much it has measured.
"""

from bisect import bisect
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

JUMP: Final = 10_000  # a larger step is another count, not so many readings missing (contract, `seq`)
AHEAD: Final = timedelta(hours=24)  # how far ahead a time may be and still be believed (clinical reference §2.5)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbers `first` to `last` without a hole. `since` and `until` are the instants (aware UTC) of these two, None
    where the device's clock could not be believed."""

    first: int
    last: int
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` are missing; taken after `after` and before `before`, None where that is not known."""

    first: int
    last: int
    after: datetime | None
    before: datetime | None

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Reset:
    """The count went from `left` on at `began`, a decrease or a jump. `at` is the instant of the first reading that
    shows it, None where the clock was lost as well; then `left` is None."""

    at: datetime | None
    left: int | None
    began: int


class Run:
    """One count from its beginning to the next reset: stretches by number, apart from each other."""

    def __init__(self, start: Stretch, reset: Reset | None) -> None:
        self.parts = [start]
        self.reset = reset
        self.began = start.since
        self.heard = start.until

    @property
    def top(self) -> int:
        return self.parts[-1].last

    def distance(self, piece: Stretch) -> int | None:
        """To the nearest number of this run; None when it has one of the piece's numbers already."""
        at = bisect(self.parts, piece.first, key=lambda part: part.first)
        below, above = self.parts[at - 1 : at] if at else [], self.parts[at : at + 1]
        steps = [piece.first - part.last for part in below] + [part.first - piece.last for part in above]
        return min(steps) if min(steps) > 0 else None

    def continues(self, piece: Stretch) -> bool:
        """Whether the piece, not older than any part, belongs to this count: the next numbers, or some in a hole, that
        were sent under another time; below the lowest number only while the first readings' clock may be ahead."""
        if piece.first >= self.top:
            return piece.first - self.top <= JUMP
        distance = self.distance(piece)
        if distance is None or distance > JUMP:
            return False
        return piece.first > self.parts[0].first or _soon(self.began, piece.since)

    def is_next(self, piece: Stretch) -> bool:
        """Whether the piece, not older than any part, is exactly what comes after the highest number, and soon."""
        return piece.first == self.top + 1 and _soon(self.heard, piece.since)

    def add(self, piece: Stretch) -> None:
        self.heard = piece.until or self.heard
        self.parts.insert(bisect(self.parts, piece.first, key=lambda part: part.first), piece)

    def fill(self, piece: Stretch) -> list[Stretch]:
        """Close what the piece closes of the holes; answers what is left of it."""
        holes = ((max(a.last + 1, piece.first), min(b.first - 1, piece.last)) for a, b in pairwise(self.parts))
        closed = [Stretch(first, last) for first, last in holes if first <= last]
        for one in closed:
            self.add(one)
        edges = [piece.first - 1, *(edge for one in closed for edge in (one.first, one.last)), piece.last + 1]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [Stretch(low + 1, high - 1) for low, high in pairs if high - low > 1]

    def gaps(self) -> list[Gap]:
        after: list[datetime | None] = [None]
        before: list[datetime | None] = [None]
        for part, other in zip(self.parts, reversed(self.parts), strict=True):
            after.append(part.until or after[-1])
            before.append(other.since or before[-1])
        found = enumerate(pairwise(self.parts), start=1)
        return [
            Gap(a.last + 1, b.first - 1, after[n], before[len(self.parts) - n])
            for n, (a, b) in found
            if b.first - a.last > 1
        ]


def _soon(began: datetime | None, since: datetime | None) -> bool:
    return began is not None and since is not None and since - began <= AHEAD
