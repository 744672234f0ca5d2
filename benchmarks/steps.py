"""What each step of the write path costs, in µs a reading, without a broker (decision 0016 quotes it).

`make bench-steps ARGS=--json` ends with one JSON object: decode, store, receipts and evaluate on SQLite and
PostgreSQL, wall-clock and processor time of this process; and `bare`, the same rows inserted the same way with nothing
else, which is what the database alone takes.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.databases import database, postgres  # noqa: E402  after the path is set
from benchmarks.support.load import messages  # noqa: E402
from flags.evaluate import evaluate  # noqa: E402
from ingest.commit import commit  # noqa: E402
from ingest.decode import decode  # noqa: E402
from ingest.delivery import Decoding, handed_over  # noqa: E402
from ingest.receipts import receipts  # noqa: E402
from models.engine import open_writer  # noqa: E402
from registry.holders import Holders  # noqa: E402

BATCH = 1000
Times = dict[str, tuple[float, float]]


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def timed(times: dict[str, list[tuple[float, float]]], name: str) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    times[name].append((time.perf_counter() - wall, time.process_time() - processor))


def run(url: str, count: int, batch: int) -> dict[str, tuple[float, float]]:
    """Step -> µs a reading (wall, processor), the mean of all batches but the first; garbage collection counts."""
    engine, holders, times = open_writer(url), Holders(), defaultdict[str, list[tuple[float, float]]](list)
    sent = [(topic, payload.encode()) for topic, payload in messages(count)]
    for start in range(0, count, batch):
        with timed(times, "hand_over"):
            deliveries = [handed_over(topic, payload, now()) for topic, payload in sent[start : start + batch]]
        with timed(times, "decode"):
            decodings = [Decoding(one, decode(one.payload, one.topic, one.received_at)) for one in deliveries]
        with timed(times, "store"):
            settled = commit(engine, decodings, holders, now)
        with timed(times, "receipts"):
            list(receipts(settled))
        with timed(times, "evaluate"):
            evaluate(engine, sorted({patient for one in settled for patient in one.patients}), clock=now)
    engine.dispose()
    each = 1e6 / batch
    return {
        name: (statistics.mean(w for w, _ in found[1:]) * each, statistics.mean(p for _, p in found[1:]) * each)
        for name, found in times.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--readings", type=int, default=20_000)
    options.add_argument("--batch", type=int, default=BATCH)
    options.add_argument("--databases", default="sqlite,postgresql")
    chosen, figures = options.parse_args(), {}
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-") as name:
        folder, wanted = Path(name), chosen.databases.split(",")
        with postgres(folder) if "postgresql" in wanted else nullcontext() as server:
            for kind in wanted:
                with database(server if kind == "postgresql" else None, folder) as url:
                    figures[kind] = run(url, chosen.readings, chosen.batch)
                show(kind, figures[kind], sys.stderr if chosen.json else sys.stdout)
    if chosen.json:
        print(json.dumps({k: {s: [round(x, 1) for x in f] for s, f in v.items()} for k, v in figures.items()}))


def show(kind: str, steps: Times, file: object) -> None:
    print(f"{kind:12}" + "  ".join(f"{name} {wall:.1f} ({cpu:.1f})" for name, (wall, cpu) in steps.items()), file=file)


if __name__ == "__main__":
    main()
