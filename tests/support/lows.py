"""Events of level 2 low glucose in a recording, counted another way than the rule does."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

APART = timedelta(minutes=7.5)
LONG = timedelta(minutes=9.5)


def level_2_events(file: Path) -> list[tuple[datetime, datetime]]:
    """First low and end of every event, counted another way: from runs of samples, each at most 7.5 min after the one
    before. A run below 54 of at least 9.5 min begins an event unless one lasts; the first sample at which a run at 70
    or above has lasted as long ends it."""
    with file.open(newline="") as lines:
        samples = [
            (datetime.fromtimestamp(int(row["time"]), UTC), float(row["glucose"])) for row in csv.DictReader(lines)
        ]
    lows, highs = (runs(samples, holds) for holds in (lambda value: value < 54, lambda value: value >= 70))
    ends = [at for run in highs for at in run if at - run[0] >= LONG]
    events: list[tuple[datetime, datetime]] = []
    for run in lows:
        lasts = events and run[0] < events[-1][1]
        if run[-1] - run[0] >= LONG and not lasts:
            events.append((run[0], next(at for at in ends if at > run[-1])))
    return events


def runs(samples: list[tuple[datetime, float]], holds: Callable[[float], bool]) -> list[list[datetime]]:
    found: list[list[datetime]] = [[samples[0][0]]] if holds(samples[0][1]) else []
    for (before, was), (at, value) in pairwise(samples):
        if holds(value) and holds(was) and at - before <= APART:
            found[-1].append(at)
        elif holds(value):
            found.append([at])
    return found
