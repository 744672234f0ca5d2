"""How far a long copy is: a bar on a terminal, nothing elsewhere."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


@contextlib.contextmanager
def counting_rows() -> Iterator[Callable[[str, int], None]]:
    """Hears the table and how many rows of it more are done."""
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} rows"), TimeElapsedColumn())
    with progress_of(*columns) as progress:
        tasks: dict[str, TaskID] = {}

        def tick(table: str, rows: int) -> None:
            if table not in tasks:
                tasks[table] = progress.add_task(table, total=None)
            progress.advance(tasks[table], rows)

        yield tick


@contextlib.contextmanager
def reading_file(path: Path) -> Iterator[Callable[[int], None]]:
    """Hears how many bytes of the file at `path` more were read."""
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with progress_of(*columns) as progress:
        task = progress.add_task("", total=path.stat().st_size)
        yield lambda read: progress.advance(task, read)


def progress_of(*columns: ProgressColumn) -> Progress:
    """On stderr and on a terminal alone; gone when it is over."""
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
