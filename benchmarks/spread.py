"""What a million readings cost beyond one process: keeping them as Parquet, and the panel and quality made from them.

`make bench-spread ARGS=--json`. The panel from the record, from the export by one process, and by two workers of Dask;
seconds of processor of all processes and by the clock, for a million readings of the period and the one before.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy.orm import Session  # noqa: E402  after the path is set

from benchmarks.parts.record import UNTIL, Size, fill  # noqa: E402
from models.engine import open_reader  # noqa: E402
from reports.run import Wish, run_report  # noqa: E402
from reports.scale.export import SETTLED, export  # noqa: E402
from reports.scale.spread import on_dask, spread_panel, spread_quality  # noqa: E402

FULL, SHORT = Size(200, 60), Size(20, 20)
DAYS = {FULL.days: 30, SHORT.days: 10}
MILLION = 1_000_000


def used() -> float:
    """Of this process and of those that it started and that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def timed(work: Callable[[], Any], readings: int) -> tuple[Any, dict[str, float]]:
    """What it answered, and seconds for a million readings."""
    begun, before = time.monotonic(), used()
    answer = work()
    spent = time.monotonic() - begun, used() - before
    clock, processor = (round(each * MILLION / readings, 1) for each in spent)
    return answer, {"seconds": clock, "processor_seconds": processor}


def measure(url: str, folder: Path, size: Size) -> dict[str, Any]:
    readings, engine = fill(url, size), open_reader(url)
    wish = Wish("panel", "all", DAYS.get(size.days, size.days // 2), UNTIL, UNTIL)

    def by_dask(session: Session) -> Any:
        with on_dask(None, 2, lambda _done: None) as work:
            return spread_panel(session, wish, folder, work, UNTIL)

    with Session(engine) as session:
        done, kept = timed(lambda: export(session, folder, UNTIL + 2 * SETTLED, lambda _rows: None), readings)
        record, from_record = timed(lambda: run_report(session, wish, UNTIL), readings)
        alone, from_export = timed(lambda: spread_panel(session, wish, folder, map, UNTIL), readings)
        both, from_dask = timed(lambda: by_dask(session), readings)
        _, quality = timed(lambda: list(spread_quality(session, wish, folder, map, UNTIL)), readings)
    engine.dispose()
    assert done.rows == readings
    assert record.content == alone.content == both.content
    whole = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    return {
        "readings": readings, "export": kept, "panel_from_record": from_record, "panel_from_export": from_export,
        "panel_on_two_workers": from_dask, "quality_from_export": quality,
        "mib_a_million": round(whole * MILLION / readings / 2**20, 1),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--short", action="store_true", help="few patients, to see that it works")
    options.add_argument("--folder", type=Path, help="where database and export are made")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-", dir=chosen.folder) as name:
        told = measure(f"sqlite:///{name}/bench.db", Path(name) / "kept", SHORT if chosen.short else FULL)
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout)
    for part, figures in told.items():
        say(f"{part:22} {figures}")
    if chosen.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
