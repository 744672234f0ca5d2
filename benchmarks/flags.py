"""Flags against the simulator's truth, over the mixed panel (docs/panel.md) with every fault: `make bench-flags`.

Simulated homes, their bytes through the real decode, store, evaluation and sweep, at simulated times; what was flagged
against what the physiology and the published rules imply, which is written down apart from ours. Conformance to the
published rules under faults, not clinical proof. With --json it ends with one JSON object.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.conformance.figures import figures, table  # noqa: E402  after the path is set
from benchmarks.conformance.panel import Outcome, Wish, run  # noqa: E402

HOMES_A_PART = 125  # what a process holds in memory at once
SHOWN = 20


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--patients", type=int, default=50)
    options.add_argument("--days", type=int, default=14)
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    chosen = options.parse_args()
    if min(chosen.patients, chosen.days, chosen.workers) < 1:
        options.error("--patients, --days and --workers are whole numbers from 1 on")
    return chosen


def outcomes(chosen: argparse.Namespace) -> Iterator[Outcome]:
    """Of each part of the panel, as it is done; a part that fails ends everything."""
    parts = min(chosen.patients, max(chosen.workers, -(-chosen.patients // HOMES_A_PART)))
    wishes = [Wish(chosen.seed, chosen.patients, chosen.days, part, parts) for part in range(parts)]
    if chosen.workers == 1:
        yield from map(run, wishes)
        return
    with ProcessPoolExecutor(min(chosen.workers, parts), mp_context=get_context("spawn")) as pool:
        yield from pool.map(run, wishes)


def main() -> None:
    chosen, begun, total = arguments(), time.monotonic(), Outcome()
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    for number, outcome in enumerate(outcomes(chosen), start=1):
        total.add(outcome)
        print(f"part {number}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    said = {"seed": chosen.seed} | figures(total, chosen.patients, chosen.days)
    for line in [*table(said), *total.wrong[:SHOWN]]:
        say(line)
    if len(total.wrong) > SHOWN:
        say(f"and {len(total.wrong) - SHOWN} more")
    say("conformance to the published rules under faults, not clinical proof")
    if chosen.json:
        print(json.dumps(said))


if __name__ == "__main__":
    main()
