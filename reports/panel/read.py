"""Figures of many patients, some patients at a time: what is kept of a portion does not grow with its readings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from models.measures import measure_of
from reports.change.figures import figures
from reports.change.streams import NOW, add_counts, read_streams
from reports.period import Period, period_of
from reports.readings import digest, elsewhere, questionable
from reports.report import Ask
from reports.subject import Subject

PORTION: Final = 10  # patients whose readings are in memory at a time


@dataclass(frozen=True, slots=True)
class Read:
    """`figures` as `reports.change.figures` makes them; `dates` has a row a patient, measure and local date of the
    period with a reading; `periods` are the members' own, by zone."""

    figures: pd.DataFrame
    dates: pd.DataFrame
    periods: dict[str, Period]
    used: int
    questionable: int
    digest: str
    left_out: dict[str, int]
    strange: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some patients of one zone, whose readings are in memory at a time."""

    patients: Sequence[str]
    period: Period
    cursor: datetime


Run = Callable[[Sequence[Part]], Iterable[Read]]
"""Reads the parts, in their order or side by side; answers in their order."""


def read_members(ask: Ask, members: Sequence[Subject], run: Run | None = None, portion: int = PORTION) -> Read:
    """From the record, one part after the other, unless `run` says otherwise."""
    period = ask.period
    periods = {zone: period_of(period.until, period.days, zone) for zone in sorted({each.zone for each in members})}
    wanted = [Part(ids, periods[zone], ask.cursor) for zone, ids in portions(members, portion)]
    parts = list(run(wanted) if run else (read_part(ask.session, each) for each in wanted))
    left_out: dict[str, int] = {}
    for part in parts:
        add_counts(left_out, part.left_out)
    whole = sha256("\n".join(sorted(part.digest for part in parts)).encode()).hexdigest()
    return Read(
        pd.concat([part.figures for part in parts]) if parts else _nothing("figures"),
        pd.concat([part.dates for part in parts]) if parts else _nothing("dates"),
        periods,
        sum(part.used for part in parts),
        sum(part.questionable for part in parts),
        whole,
        left_out,
        sum(part.strange for part in parts),
    )


COLUMNS: Final = {
    "figures": ("patient_id", "when", "figure", "value", "n", "dates"),
    "dates": ("patient_id", "measure", "day"),
}


def _nothing(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS[name]))


def portions(members: Sequence[Subject], portion: int) -> Iterator[tuple[str, list[str]]]:
    """Of one zone each, in an order that depends on nothing but who is in the group, so that the digest does not."""
    ordered = sorted(members, key=lambda each: (each.zone, each.id))
    for zone, mine in groupby(ordered, key=lambda each: each.zone):
        ids = [each.id for each in mine]
        for place in range(0, len(ids), portion):
            yield zone, ids[place : place + portion]


def read_part(session: Session, part: Part) -> Read:
    """`session` may be one on an export: nothing but readings is read."""
    streams = read_streams(session, part.patients, part.period, part.cursor)
    used, strange = pd.concat(streams.all()), sum(map(elsewhere, streams.all()))
    made, dates = figures(streams, part.period), dates_of(used)
    return Read(made, dates, {}, len(used), questionable(used), digest(used), streams.left_out, strange)


def dates_of(frame: pd.DataFrame) -> pd.DataFrame:
    """On which dates of the period each patient has a reading of each measure."""
    now = frame[frame["when"] == NOW]
    known = now[["patient_id", "day"]].assign(measure=now["stream"].map(measure_of))
    return known[list(COLUMNS["dates"])].drop_duplicates(ignore_index=True)
