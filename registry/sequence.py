"""Which of a device's numbers are missing, and when its count began again: pure, whatever the order of arrival."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from registry.runs import JUMP, Gap, Reset, Run, Stretch

RECALLED: Final = 4  # counts in which the next number is looked for
NEAR: Final = 10  # a step that so few readings close again


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
        for rest in _close(runs, piece):
            doubled += _place(runs, lost, rest) if whole else ()
    for piece in sorted(refused, key=lambda piece: (piece.first, piece.last)):
        _close(runs + lost, piece)
    found = runs + lost
    gaps = tuple(gap for run in found for gap in run.gaps())
    return Count(gaps, tuple(run.reset for run in found if run.reset), tuple(sorted(doubled)))


def _join(runs: list[Run], piece: Stretch) -> Sequence[tuple[int, int]]:
    """A dated piece into the last run, or as the beginning of the next; answers the numbers used twice."""
    run = _home(runs, piece)
    if run is None:
        runs.append(Run(piece, Reset(piece.since, runs[-1].top, piece.first) if runs else None))
        return ()
    if piece.first > run.top or piece.last < run.top:
        run.add(piece)
        return ()
    if piece.last > piece.first:
        run.add(Stretch(piece.first + 1, piece.last, piece.since, piece.until))
    return ((piece.first, piece.first),)


def _home(runs: Sequence[Run], piece: Stretch) -> Run | None:
    """The last run if it goes on. A clock that was set behind at a reset mixes the last readings of the old count with
    the first of the new one: so what would leave a large gap in this and is exactly what comes next in that is its."""
    last = next((run for run in runs[-1:] if run.continues(piece)), None)
    if last and piece.first - last.top <= NEAR:
        return last
    return next((run for run in reversed(runs[-RECALLED:-1]) if run.is_next(piece)), last)


def _close(runs: Sequence[Run], piece: Stretch) -> list[Stretch]:
    """Into the holes of the latest run that has some there, then of those before; answers what is left."""
    left = [piece]
    for run in reversed(runs):
        left = [rest for each in left for rest in run.fill(each)]
    return left


def _place(runs: Sequence[Run], lost: list[Run], piece: Stretch) -> Sequence[tuple[int, int]]:
    """An undated piece beside the run whose numbers it is nearest to, the later of two; else the count began again at
    a time that nobody knows. A single number that was there already is only that."""
    near = [(run.distance(piece), -n) for n, run in enumerate([*runs, *lost])]
    fitting = [(distance, n) for distance, n in near if distance is not None and distance <= JUMP]
    if fitting:
        [*runs, *lost][-min(fitting)[1]].add(piece)
        return ()
    if piece.first == piece.last and (runs or lost):
        return ((piece.first, piece.last),)
    lost.append(Run(piece, Reset(None, None, piece.first) if runs or lost else None))
    return ()
