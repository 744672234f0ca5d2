"""`reports export` and `reports spread`: readings kept as Parquet, and reports of many patients made from them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.orm import Session

from hearthline.errors import explain_system
from hearthline.keeping.progress import progress_of
from hearthline.reporting import show_report, write_file
from hearthline.shell import Shell
from hearthline.show import show_one, show_rows
from hearthline.tables import Column
from reports.errors import ReportError
from reports.run import Wish
from reports.scale.export import export
from reports.scale.folder import read_state
from reports.scale.spread import SPREAD, Work, on_dask, spread_panel, spread_quality

NAMES = ("readings", "delay_median", "delay_p95", "late_pct", "questionable", "clock_doubtful", "other_person")
COLUMNS = (Column("patient", "patient"), *(Column(each, each) for each in NAMES))


@dataclass(frozen=True, slots=True)
class Where:
    """`scheduler` None: `workers` processes here, none of them meaning this one."""

    folder: Path
    workers: int
    scheduler: str | None


def export_readings(shell: Shell, folder: Path, *, json: bool) -> None:
    with shell.reading() as session, _counting("readings") as tick:
        try:
            done = export(session, folder, shell.now(), tick)
        except OSError as error:
            raise explain_system(error) or error from error
    told = {"readings": done.rows, "files": done.files, "whole": done.whole, "cursor": done.cursor}
    show_one({"folder": str(folder), **told}, json=json)


def spread_report(shell: Shell, wish: Wish, where: Where, html: Path | None, *, json: bool) -> None:
    """The panel as `reports run` shows it; quality as a line a patient."""
    if wish.report not in SPREAD:
        raise ReportError(f"only some reports are made from an export: {', '.join(SPREAD)}")
    now = shell.now()
    wish = replace(wish, cursor=wish.cursor or min(now, read_state(where.folder).cursor))
    with shell.reading() as session, _working(where) as work:
        if wish.report == "quality":
            return _show_quality(session, wish, where, work, json=json, now=now)
        report = spread_panel(session, wish, where.folder, work, now)
    if html is not None:
        write_file(html, report.html())
    return show_report(report, json=json)


def _show_quality(session: Session, wish: Wish, where: Where, work: Work, *, json: bool, now: Any) -> None:
    lines: list[Mapping[str, Any]] = list(spread_quality(session, wish, where.folder, work, now))
    if json:
        return show_rows(lines, (), json=True)
    rows = [{"patient": each["patient"], **{name: each["figures"][name]["value"] for name in NAMES}} for each in lines]
    return show_rows(rows, COLUMNS, json=False)


@contextmanager
def _working(where: Where) -> Iterator[Work]:
    if where.scheduler is None and not where.workers:
        yield map
        return
    with _counting("parts") as tick, on_dask(where.scheduler, where.workers, tick) as work:
        yield work


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} " + what), TimeElapsedColumn())
    with progress_of(*columns) as progress:
        task = progress.add_task("", total=None)
        yield lambda more: progress.advance(task, more)
