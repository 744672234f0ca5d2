"""Readings a second from publish to commit, evaluation included, against the naive program in the same run.

`make bench-pipeline ARGS=--json` ends with one JSON object: readings/s of both through the embedded broker and
through Mosquitto, on SQLite with the same pragmas (WAL, FULL), and their ratios. What it takes for the naive program
it takes for us, plus ledger, identity, receipts and rules. Medians of the rounds, ours and naive by turns.
"""

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.databases import prepare  # noqa: E402  after the path is set
from benchmarks.support.load import messages  # noqa: E402
from benchmarks.support.servers import broker, running  # noqa: E402

GIVE_UP = 90.0


def rate(kind: str, program: str, count: int) -> float:
    """Readings a second from the first publish until all are committed and nothing is left to evaluate."""
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-") as name, broker(kind, Path(name)) as port:
        folder = Path(name)
        url, sent = f"sqlite:///{folder / 'bench.db'}", folder / "messages.jsonl"
        prepare(url)
        sent.write_text("".join(json.dumps(each) + "\n" for each in messages(count)))
        settings = {"HEARTHLINE_DATABASE__URL": url, "HEARTHLINE_BROKER__URL": f"mqtt://127.0.0.1:{port}"}
        naive = [sys.executable, str(ROOT / "benchmarks/support/naive.py"), str(port), url]
        ours = [sys.executable, "-m", "hearthline", "ingest"]
        with running(naive if program == "naive" else ours, folder / f"{program}.log", **settings):
            wait_until_subscribed(folder / f"{program}.log")  # before that nothing is queued for it
            publisher = [sys.executable, str(ROOT / "benchmarks/support/publisher.py"), str(port), str(sent)]
            with running(publisher, folder / "publisher.log"):
                ended = wait_for(count, folder / "bench.db", time.monotonic() + GIVE_UP)
            return count / (ended - float((folder / "publisher.log").read_text()))


def wait_until_subscribed(log: Path) -> None:
    until = time.monotonic() + 60
    while "broker.subscribed" not in log.read_text():
        if time.monotonic() > until:
            raise RuntimeError(f"the subscriber did not subscribe: {log.read_text()[-400:]}")
        time.sleep(0.02)


STORED = "SELECT coalesce(max(rowid), 0) FROM reading"  # nothing is deleted: the count, without reading the table
JUDGED = "SELECT NOT EXISTS (SELECT 1 FROM evaluation WHERE reason = 'reading')"


def wait_for(count: int, database: Path, until: float) -> float:
    """When all were stored and judged, on the monotonic clock that the publisher reads too."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        while (stored := ask(connection, STORED)) < count or not ask(connection, JUDGED):
            if time.monotonic() > until:
                raise RuntimeError(f"{stored} of {count} stored")
            time.sleep(0.02)
        ended = time.monotonic()
        assert ask(connection, "SELECT count(*) FROM reading") == count
        return ended


def ask(connection: sqlite3.Connection, question: str) -> int:
    answer: int = connection.execute(question).fetchone()[0]
    return answer


def measure(kind: str, ours: int, naive: int, rounds: int, say: Callable[[str], None]) -> dict[str, float]:
    figures: dict[str, list[float]] = {"ours": [], "naive": []}
    for turn in range(rounds):
        for program, count in (("naive", naive), ("ours", ours)):
            figures[program].append(rate(kind, program, count))
            say(f"{kind:9} round {turn + 1}  {program:5} {figures[program][-1]:8,.0f} readings/s")
    medians = {program: statistics.median(each) for program, each in figures.items()}
    return {
        **{program: round(each) for program, each in medians.items()},
        "ratio": round(medians["ours"] / medians["naive"], 2),
    }


def summary(kind: str, figures: dict[str, float]) -> str:
    ours, naive, ratio = figures["ours"], figures["naive"], figures["ratio"]
    return f"{kind:9} {ours:,.0f}/s against {naive:,.0f}/s: {ratio:.1f} times the naive program"


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--readings", type=int, default=16_000)
    options.add_argument("--naive", type=int, default=4_000, help="readings for the naive program, which is slower")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--brokers", default="embedded,mosquitto")
    return options.parse_args()


def main() -> None:
    chosen = arguments()
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    results = {}
    for kind in chosen.brokers.split(","):
        results[kind] = measure(kind, chosen.readings, chosen.naive, chosen.rounds, say)
        say(summary(kind, results[kind]))
    if chosen.json:
        print(
            json.dumps({f"{kind}_{name}": each for kind, figures in results.items() for name, each in figures.items()})
        )


if __name__ == "__main__":
    main()
