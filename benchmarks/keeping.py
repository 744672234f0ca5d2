"""How fast a backup is made, checked and restored (D10), and how long a writer waits while one is made.

`make bench-keeping ARGS="--readings 1000000 --json"`. Three rows a reading, as the write path lays them out: reading,
message and its bytes. Restoring counts and sums every row in the database, makes the indexes and all of it is on the
disk. `minutes_for_10m` is what 10 million readings take at that rate.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from benchmarks.support.databases import database, postgres  # noqa: E402  after the path is set
from benchmarks.support.load import messages  # noqa: E402
from hearthline.keeping.copying import back_up  # noqa: E402
from hearthline.keeping.loading import load_table  # noqa: E402
from hearthline.keeping.reading import check_backup  # noqa: E402
from hearthline.keeping.restoring import restore  # noqa: E402
from hearthline.keeping.rows import list_tables, pack, read_rows, unpack  # noqa: E402
from ingest.commit import commit  # noqa: E402
from ingest.decode import decode  # noqa: E402
from ingest.delivery import Decoding, handed_over  # noqa: E402
from models.engine import open_writer  # noqa: E402
from registry.beginning import BEGINNING  # noqa: E402
from registry.holders import Holders  # noqa: E402

SAMPLE = 2_000
MANY = ("message", "message_payload", "reading")
KEY = bytes(32)


def fill(url: str, readings: int) -> None:
    """A sample stored by the write path, and then copies of its rows with ids of their own."""
    engine = open_writer(url)
    deliveries = [handed_over(topic, body.encode(), datetime.now(UTC)) for topic, body in messages(SAMPLE)]
    commit(engine, [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries],
           Holders(), lambda: datetime.now(UTC))  # fmt: skip
    with engine.begin() as connection:
        for table in list_tables(connection):
            if table.name in MANY:
                columns = [str(column.name) for column in table.columns]
                rows = [row for batch in read_rows(connection, table) for row in unpack(pack(batch))]
                load_table(connection, table, columns, copies(rows, columns, readings // SAMPLE - 1))
    engine.dispose()


def copies(rows: list[list[Any]], columns: list[str], times: int) -> Iterator[list[list[Any]]]:
    """Each with the leading digits of its id, which are its time, moved by as much as the copy's number."""
    own = [place for place, name in enumerate(columns) if name in ("id", "message_id")]
    given = columns.index("given_id") if "given_id" in columns else None
    for number in range(1, times + 1):
        batch = [list(row) for row in rows]
        for row in batch:
            for place in own:
                row[place] = f"{int(row[place][:12], 16) + number:012x}{row[place][12:20]}{number:012x}"
            if given is not None:
                row[given] = f"{row[given]}-{number}"
        yield batch


def waits(url: str, going: Event, stop: Event, told: "Queue[list[float]]") -> None:
    """Another process: how long each of many small writes takes, in seconds."""
    engine, took = open_writer(url), list[float]()
    while not stop.is_set():
        began = time.monotonic()
        with engine.begin() as connection:
            connection.execute(text("UPDATE registry_version SET version = version + 1"))
        took.append(time.monotonic() - began)
        going.set()
        stop.wait(0.02)
    engine.dispose()
    told.put(took)


def timed(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def measure(server: str | None, readings: int, folder: Path) -> dict[str, float]:
    backup = folder / f"{time.monotonic_ns()}.backup"
    now, processes = datetime.now(UTC), get_context("spawn")
    going, stop, told = processes.Event(), processes.Event(), processes.Queue()
    with database(server, folder) as url:
        fill(url, readings)
        writer = processes.Process(target=waits, args=(url, going, stop, told))
        writer.start()
        going.wait()
        saving = timed(lambda: back_up(url, backup, KEY, now, lambda _table, _rows: None))
        stop.set()
        took = told.get()
        writer.join()
    checking = timed(lambda: check_backup(backup, KEY, lambda _read: None))
    with database(server, folder, patients=0) as empty:
        since: dict[str, Any] = {"now": now, "since": BEGINNING, "tick": lambda _read: None}
        restoring = timed(lambda: restore(empty, backup, KEY, **since))
    size = backup.stat().st_size
    backup.unlink()
    return {
        "readings": readings, "backup_per_s": round(readings / saving), "check_per_s": round(readings / checking),
        "restore_per_s": round(readings / restoring), "minutes_for_10m": round(1e7 / readings * restoring / 60, 1),
        "bytes_per_reading": round(size / readings), "writer_worst_ms": round(max(took) * 1e3),
        "writer_median_ms": round(statistics.median(took) * 1e3, 1),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--readings", type=int, default=100_000)
    options.add_argument("--databases", default="sqlite,postgresql")
    options.add_argument("--folder", type=Path, default=None, help="where databases and backups are made")
    chosen, results = options.parse_args(), {}
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    for kind in chosen.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="hearthline-bench-", dir=chosen.folder) as name:
            folder = Path(name)
            with postgres(folder) if kind == "postgresql" else nullcontext() as server:
                results[kind] = measure(server, chosen.readings, folder)
        say(f"{kind:10} {results[kind]}")
    if chosen.json:
        print(
            json.dumps({f"{kind}_{name}": each for kind, figures in results.items() for name, each in figures.items()})
        )


if __name__ == "__main__":
    main()
