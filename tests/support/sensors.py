"""Events of a sensor in a recording, counted another way than the rules do: from runs and windows of a list, for a
sensor whose rhythm is known."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

Recording = list[tuple[datetime, float]]
Holds = Callable[[float], bool]
Event = tuple[datetime, datetime | None]
QUARTER = timedelta(minutes=9.5)


def recordings(corpora: Path) -> Iterator[tuple[str, Recording]]:
    """Each person's samples in order of time, mg/dL; of two at one instant the lower. Times without a zone are read
    as UTC, which moves all of them alike."""
    for name in ("dm", "nodm"):
        with (corpora / "cgm-cgmpy" / f"{name}.csv").open(newline="") as lines:
            rows = [(datetime.fromtimestamp(int(row["time"]), UTC), row["glucose"]) for row in csv.DictReader(lines)]
        yield name, in_order(rows)
    with (corpora / "cgm-iglu-gpl" / "example_data_5_subject.csv").open(newline="") as lines:
        people = list(csv.DictReader(lines))
    for person in sorted({row["id"] for row in people}):
        rows = [(datetime.fromisoformat(row["time"] + "Z"), row["gl"]) for row in people if row["id"] == person]
        yield person, in_order(rows)


def in_order(rows: list[tuple[datetime, str]]) -> Recording:
    lowest = {at: float(value) for at, value in sorted(rows, key=lambda row: -float(row[1]))}
    return sorted(lowest.items())


def runs(recording: Recording, holds: Holds, apart: timedelta) -> list[list[datetime]]:
    """Instants in a row at which a condition holds, none further than `apart` from the one before."""
    found: list[list[datetime]] = []
    for (before, was), (at, value) in pairwise([(datetime.min.replace(tzinfo=UTC), 0.0), *recording]):
        if holds(value) and found and found[-1][-1] == before and holds(was) and at - before <= apart:
            found[-1].append(at)
        elif holds(value):
            found.append([at])
    return found


def ends_of(recording: Recording, over: Holds, apart: timedelta) -> list[datetime]:
    """The instants at which the sensor has been `over` for a quarter of an hour."""
    return [at for run in runs(recording, over, apart) for at in run if at - run[0] >= QUARTER]


def events_in_a_row(recording: Recording, holds: Holds, over: Holds, long: timedelta, apart: timedelta) -> list[Event]:
    """First sample and end of every event of at least `long` from the first sample of a run to its last."""
    ends = ends_of(recording, over, apart)
    found: list[Event] = []
    for run in runs(recording, holds, apart):
        lasts = found and (found[-1][1] is None or run[0] < found[-1][1])
        if run[-1] - run[0] >= long and not lasts:
            found.append((run[0], next((at for at in ends if at > run[-1]), None)))
    return found


def events_together(recording: Recording, holds: Holds, over: Holds, minutes: float) -> list[Event]:
    """First sample and end of every event of at least `minutes` that add up within two hours, for 5 min sensors."""
    apart = timedelta(minutes=7.5)
    ends = ends_of(recording, over, apart)
    pieces = [
        (at, (at - before).total_seconds() / 60 if at - before <= apart else 5.0)
        for (before, _), (at, value) in pairwise([(datetime.min.replace(tzinfo=UTC), 0.0), *recording])
        if holds(value)
    ]
    found: list[Event] = []
    for at, _ in pieces:
        after = found[-1][1] if found else datetime.min.replace(tzinfo=UTC)
        counted = [piece for piece in pieces if after and after < piece[0] <= at < piece[0] + timedelta(hours=2)]
        if sum(part for _, part in counted) >= minutes:
            found.append((counted[0][0], next((end for end in ends if end > at), None)))
    return found
