"""How fast all reports of many patients are made, against a plain loop, and what one page costs from the shell.

`make bench-reports ARGS=--json`: 1,000 patients, 90 days, about 5.7 million readings in a SQLite file; every report
that suits each patient as JSON and as a page, by the command itself on two processes. The plain loop (parts/plain.py)
is timed with some patients, the same share of them with a sensor, and told for all by the number of readings; its
time has that of drawing the same pages by the same code. Its figures are compared with those in the files.
The command runs as in an installation, where the extra [scale] is not. `…_by_processor` is the same ratio by seconds of
processor, which say more on a machine that does other work too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy.orm import Session  # noqa: E402  after the path is set

from benchmarks.parts.plain import PLAIN, Figures, Loop  # noqa: E402
from benchmarks.parts.record import EVERY_FIFTH, UNTIL, Size, fill  # noqa: E402
from benchmarks.parts.tree import Watched  # noqa: E402
from models.engine import open_reader  # noqa: E402
from reports.run import Wish, run_report  # noqa: E402

FULL, SHORT = Size(1000, 90), Size(60, 30)
SAMPLE = 20  # patients of the plain loop
RUNS = 3
WITHOUT_SCALE = ROOT / "benchmarks" / "support" / "without_scale"  # pandas loads pyarrow if it is there, used or not
CORES = 2
NEAR = 1e-9  # relative: sums in another order
SENSOR, NO_SENSOR = 288 + 6, 6  # readings a day
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ran:
    """Of `hearthline reports run`: seconds by the clock, of processor of all its processes, MiB and what it said."""

    seconds: float
    processor: float
    mib: float
    said: str


def command(url: str, *arguments: str) -> Ran:
    whole = [sys.executable, "-m", "hearthline", "reports", "run", "--until", UNTIL.isoformat(), *arguments]
    begun, before = time.monotonic(), os.times()
    process = subprocess.Popen(
        whole,
        cwd=ROOT,
        env=os.environ | {"HEARTHLINE_DATABASE__URL": url, "PYTHONPATH": str(WITHOUT_SCALE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with Watched(process.pid) as watched:
        said, _ = process.communicate()
    assert process.returncode == 0, whole
    after = os.times()
    processor = sum(after[2:4]) - sum(before[2:4])
    return Ran(time.monotonic() - begun, processor, watched.peak_mib, said)


class Watch:
    """Adds up what was spent while it was entered, by the clock and of this process."""

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0

    def __enter__(self) -> None:
        self._begun = time.monotonic(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.monotonic() - self._begun[0]
        self.processor += time.process_time() - self._begun[1]


def plainly(url: str, names: Sequence[str], days: int) -> tuple[Watch, dict[str, dict[str, Figures]]]:
    """How long statistics and pages took, and the figures by patient and report."""
    engine, watch, found = open_reader(url), Watch(), dict[str, dict[str, Figures]]()
    for name in names:
        for report in (each for each in PLAIN if each != "agp" or int(name[-4:]) % EVERY_FIFTH == 0):
            with Session(engine) as session, watch:
                found.setdefault(name, {})[report] = PLAIN[report](Loop(session, name, UNTIL, days))
            with Session(engine) as session:
                drawn = run_report(session, Wish(report, name, days, UNTIL), UNTIL)
                with watch:
                    drawn.html()
    engine.dispose()
    return watch, found


def compare(folder: Path, found: dict[str, dict[str, Figures]]) -> int:
    """How many figures are equal; ends the benchmark at one that is not."""
    count = 0
    for name, reports in found.items():
        for report, figures in reports.items():
            ours = json.loads((folder / f"{name}.{report}.json").read_text())["figures"]
            wrong = {each: (value, ours[each]["value"]) for each, value in figures.items()
                     if not _same(value, ours[each]["value"])}  # fmt: skip
            assert not wrong, (name, report, wrong)
            count += len(figures)
    return count


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= NEAR * max(abs(one), abs(other))


def measure(url: str, folder: Path, size: Size, say: Say) -> dict[str, Any]:
    begun = time.monotonic()
    readings = fill(url, size)
    say(f"{readings:,} readings of {size.patients:,} patients in SQLite after {time.monotonic() - begun:.0f} s")
    days = ("--days", str(size.days))
    ours = command(url, "--report", "all", "--all", "--folder", str(folder), *days, "--json")
    told = json.loads(ours.said.splitlines()[-1])
    say(f"{told['reports']:,} reports as JSON and page in {ours.seconds:.1f} s, {ours.mib:.0f} MiB at most")
    names = size.names()[:: max(size.patients // SAMPLE, 1) + 1][:SAMPLE]
    alone, figures = plainly(url, names, size.days)
    read = sum(SENSOR if int(name[-4:]) % EVERY_FIFTH == 0 else NO_SENSOR for name in names) * size.days
    plain, processor = (spent * readings / read for spent in (alone.seconds, alone.processor))
    equal = compare(folder, figures)
    say(f"the plain loop: {plain:,.0f} s, told from {read:,} readings of {len(names)}; {equal:,} figures equal")
    return {
        "over_plain_loop": round(plain / ours.seconds, 1), "memory_mib": round(ours.mib),
        "over_plain_loop_by_processor": round(processor / (ours.processor / CORES), 1),
        "seconds": round(ours.seconds, 1), "processor_seconds": round(ours.processor, 1),
        "plain_seconds": round(plain), "plain_processor_seconds": round(processor),
        "readings": readings, "reports": told["reports"], "figures_equal": equal,
    }  # fmt: skip


def one_page(url: str, folder: Path) -> dict[str, float]:
    """The whole page of a patient with a sensor, each time by a process of its own; the median of some times."""
    one = ("--report", "patient", "--patient", "bench-0000", "--html", str(folder / "one.html"))
    page, both = one, (*one, "--pdf", str(folder / "one.pdf"))
    times = {name: [command(url, *each).seconds for _ in range(RUNS)] for name, each in (("page", page), ("pdf", both))}
    seconds = {name: statistics.median(each) for name, each in times.items()}
    return {"patient_seconds": round(seconds["page"], 2), "pdf_seconds": round(seconds["pdf"] - seconds["page"], 2)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--short", action="store_true", help="few patients, to see that it works")
    options.add_argument("--patients", type=int)
    options.add_argument("--days", type=int)
    options.add_argument("--folder", type=Path, help="where database and reports are made")
    chosen = options.parse_args()
    usual = SHORT if chosen.short else FULL
    size = Size(chosen.patients or usual.patients, chosen.days or usual.days)
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-", dir=chosen.folder) as name:
        folder, url = Path(name) / "reports", f"sqlite:///{name}/bench.db"
        told = measure(url, folder, size, say) | one_page(url, Path(name))
    say(json.dumps(told)) if not chosen.json else print(json.dumps(told))


if __name__ == "__main__":
    main()
