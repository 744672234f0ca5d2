"""Reports of many patients from an export, their readings read and reckoned in other processes or on other machines.

Who the patients are, their facts and flags come from the record; months of readings do not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from reports.panel.group import Group
from reports.panel.make import made_of
from reports.panel.read import Part, Read, portions, read_members, read_part
from reports.period import period_of
from reports.quality.readings import figures_of, read_everything
from reports.report import content, line_of
from reports.run import Report, Wish, ask_for, kind_of
from reports.scale.kept import session_on

SPREAD: Final = ("panel", "quality")
PORTION: Final = 10  # patients a task
SILENT: Final = 60  # above CRITICAL: a lost worker is not a person's to read about
Tick = Callable[[int], None]
Work = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Like `map`: the function of each task, in their order."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part, and the folder of the export it is read from."""

    folder: str
    part: Part


def panel_task(task: Task) -> Read:
    return read_part(session_on(Path(task.folder)), task.part)


def quality_task(task: Task) -> list[dict[str, Any]]:
    """A line a patient: those figures of quality that readings tell by themselves."""
    session, part = session_on(Path(task.folder)), task.part
    return [_quality(session, each, part) for each in part.patients]


def _quality(session: Session, patient: str, part: Part) -> dict[str, Any]:
    figures = figures_of(read_everything(session, patient, part.period, part.cursor))
    return {"patient": patient, "figures": {name: line_of(each, part.period) for name, each in figures.items()}}


def spread_panel(session: Session, wish: Wish, folder: Path, work: Work, now: datetime) -> Report:
    """The whole report, as the record alone would give it."""
    kind = kind_of("panel")
    ask = ask_for(session, wish, kind, now)
    assert isinstance(ask.subject, Group)
    read = read_members(ask, ask.subject.members, partial(_run, work, folder), PORTION)
    found = made_of(ask, ask.subject, read)
    return Report(kind, ask, found, content(kind, ask, found, now))


def _run(work: Work, folder: Path, parts: Sequence[Part]) -> Iterable[Read]:
    return work(panel_task, [Task(str(folder), each) for each in parts])


def spread_quality(session: Session, wish: Wish, folder: Path, work: Work, now: datetime) -> Iterator[dict[str, Any]]:
    """A line a patient of the group, by zone and id."""
    kind = kind_of("quality")
    group = ask_for(session, wish, kind_of("panel"), now)
    assert isinstance(group.subject, Group)
    days, until = wish.days or kind.days, group.period.until
    tasks = [Task(str(folder), Part(ids, period_of(until, days, zone), group.cursor))
             for zone, ids in portions(group.subject.members, PORTION)]  # fmt: skip
    for lines in work(quality_task, tasks):
        yield from lines


@contextmanager
def on_dask(scheduler: str | None, workers: int, tick: Tick) -> Iterator[Work]:
    """`scheduler` is where one listens already, None to start `workers` processes here. What a worker was doing that
    is lost is done by another. `tick` hears of each finished task."""
    from distributed import Client, LocalCluster, as_completed

    def work(function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        futures = client.map(function, tasks, pure=False)
        for _ in as_completed(futures, loop=client.loop):
            tick(1)
        return client.gather(futures)  # type: ignore[no-any-return]  # distributed has no types

    if scheduler is not None:
        with Client(scheduler, set_as_default=False) as client:
            yield work
        return
    mine = LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=SILENT, security=True
    )  # security: nobody else on this machine may give the workers something to do
    with mine as cluster, Client(cluster, set_as_default=False) as client:
        yield work
