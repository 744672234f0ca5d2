"""Which of a device's numbers are missing, and when its count began again: pure, whatever the order of arrival."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.runs import JUMP, Gap, Reset, Run, Stretch


@dataclass(frozen=True, slots=True)
class Count:
    """What a device's numbers say: `gaps` and `resets` oldest first, those without an instant last. `doubled` are
    (first, last) of numbers that were given to different readings without the count having gone back in between."""

    gaps: tuple[Gap, ...]
    resets: tuple[Reset, ...]
    doubled: tuple[tuple[int, int], ...]

    @property
    def missing(self) -> int:
        return sum(gap.count for gap in self.gaps)


def read_count(
    dated: Iterable[Stretch],
    undated: Iterable[Stretch] = (),
    refused: Iterable[Stretch] = (),
    *,
    whole: bool = True,
) -> Count:
    """What is missing between the numbers heard.

    `dated` are stretches under clocks that can be believed, `undated` those under clocks that cannot and readings that
    were refused because their id was taken, `refused` everything else that was refused: that closes a gap and never
    opens one. When not everything was looked at (`whole` False) the same goes for `undated`.
    """
    runs: list[Run] = []
    doubled: list[tuple[int, int]] = []
    for piece in sorted(dated, key=lambda piece: (piece.since, piece.first)):
        doubled += _join(runs, piece)
    lost: list[Run] = []
    for piece in sorted(undated, key=lambda piece: (piece.first, piece.last)):
        if whole:
            doubled += _place(runs, lost, piece)
        else:
            _close(runs, piece)
    for piece in sorted(refused, key=lambda piece: (piece.first, piece.last)):
        _close(runs + lost, piece)
    found = runs + lost
    gaps = tuple(gap for run in found for gap in run.gaps())
    return Count(gaps, tuple(run.reset for run in found if run.reset), tuple(sorted(doubled)))


def _join(runs: list[Run], piece: Stretch) -> Sequence[tuple[int, int]]:
    """A dated piece into the last run, or as the beginning of the next; answers the numbers used twice."""
    if not runs or not runs[-1].continues(piece):
        reset = Reset(piece.since, runs[-1].top, piece.first) if runs else None
        runs.append(Run(piece, reset))
        return ()
    if piece.first > runs[-1].top or piece.last < runs[-1].top:
        runs[-1].add(piece)
        return ()
    if piece.last > piece.first:
        runs[-1].add(Stretch(piece.first + 1, piece.last, piece.since, piece.until))
    return ((piece.first, piece.first),)


def _place(runs: Sequence[Run], lost: list[Run], piece: Stretch) -> Sequence[tuple[int, int]]:
    """An undated piece into the run whose numbers it is nearest to, the later of two; else the count began again at a
    time that nobody knows. A single number that was there already is only that."""
    near = [(run.distance(piece), -n) for n, run in enumerate([*runs, *lost])]
    fitting = [(distance, n) for distance, n in near if distance is not None and distance <= JUMP]
    if fitting:
        [*runs, *lost][-min(fitting)[1]].add(piece)
        return ()
    if piece.first == piece.last and (runs or lost):
        return ((piece.first, piece.last),)
    lost.append(Run(piece, Reset(None, None, piece.first) if runs or lost else None))
    return ()


def _close(runs: Sequence[Run], piece: Stretch) -> None:
    """Into the holes of the latest run that has any there."""
    any(run.fill(piece) for run in reversed(runs))
