"""What counting costs ingest: processor time of its numbers and of scrapes, as a share of storing what they are about.

`make bench-metrics ARGS=--json` stores batches on SQLite as the worker does (decode, commit, evaluate), counts them,
and asks for the numbers after each. Processor time of this process alone, so that what else runs here matters little;
what paho and the broker take is left out of the storing, so that the share is rather too high than too low.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from prometheus_client import generate_latest  # noqa: E402  after the path is set
from sqlalchemy import Engine  # noqa: E402

from benchmarks.pipeline import prepare  # noqa: E402
from benchmarks.support.load import messages  # noqa: E402
from flags.evaluate import evaluate  # noqa: E402
from hearthline.metrics.record import open_for_scrapes  # noqa: E402
from hearthline.metrics.serve import collect  # noqa: E402
from ingest.commit import commit  # noqa: E402
from ingest.decode import decode  # noqa: E402
from ingest.delivery import Decoding, Delivery, Settled, handed_over  # noqa: E402
from ingest.metrics import Tallies  # noqa: E402
from models.engine import open_writer  # noqa: E402
from registry.holders import Holders  # noqa: E402

BATCH = 500
SCRAPE_EVERY = 15.0
Answer = TypeVar("Answer")


@dataclass
class Meter:
    """Processor seconds of what it is given to do."""

    seconds: float = 0.0

    def __call__(self, act: Callable[..., Answer], *arguments: object) -> Answer:
        begun = time.process_time()
        answer = act(*arguments)
        self.seconds += time.process_time() - begun
        return answer


@dataclass
class Bench:
    writer: Engine
    tallies: Tallies = field(default_factory=Tallies)
    holders: Holders = field(default_factory=Holders)

    def store(self, batch: Sequence[Delivery]) -> tuple[list[Decoding], list[Settled]]:
        decodings = [Decoding(one, decode(one.payload, one.topic, one.received_at)) for one in batch]
        settled = commit(self.writer, decodings, self.holders, utc_now)
        evaluate(self.writer, sorted({who for one in settled for who in one.patients}), clock=utc_now)
        return decodings, settled

    def count(self, decodings: list[Decoding], settled: list[Settled]) -> None:
        self.tallies.take(len(settled))
        self.tallies.commit(decodings, settled, utc_now())
        self.tallies.evaluate(utc_now())


def utc_now() -> datetime:
    return datetime.now(UTC)


def measure(count: int) -> dict[str, float]:
    storing, counting, scraping = Meter(), Meter(), Meter()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # as ingest does
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        prepare(url)
        bench = Bench(open_writer(url))
        registry = collect(bench.tallies, open_for_scrapes(url), utc_now, "bench")
        sent = list(messages(count))
        for start in range(0, count, BATCH):
            batch = [handed_over(topic, body.encode(), utc_now()) for topic, body in sent[start : start + BATCH]]
            counting(bench.count, *storing(bench.store, batch))
            scraping(generate_latest, registry)
        bench.writer.dispose()
    scrape = scraping.seconds / (count / BATCH)
    return {
        "messages": count,
        "storing_us_a_message": round(storing.seconds / count * 1e6, 1),
        "counting_us_a_message": round(counting.seconds / count * 1e6, 2),
        "scrape_ms": round(scrape * 1e3, 2),
        "share": round(counting.seconds / storing.seconds + scrape / SCRAPE_EVERY, 4),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--messages", type=int, default=10_000)
    chosen = options.parse_args()
    figures = measure(chosen.messages)
    if chosen.json:
        print(json.dumps(figures))
    else:
        print("storing {storing_us_a_message} µs a message, counting it {counting_us_a_message} µs".format(**figures))
        print("a scrape {scrape_ms} ms of processor; together {share:.2%} of ingest's".format(**figures))


if __name__ == "__main__":
    main()
