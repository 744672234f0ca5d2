"""What bad input does to the others: their p99 from publish to receipt beside it, against their p99 alone (SQLite).

The bad comes at a pace below what is drained. Above it, a queue grows in Mosquitto, which has no limit for one client,
and everybody waits in it (decision 0016). And the longest wait of a second writer at full load.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from benchmarks.parts.drains import Figures
from benchmarks.parts.latency import play
from benchmarks.support.drain import (
    COUNT,
    OURS,
    ROOT,
    asking,
    at_work,
    make_session,
    publish_all,
    settings,
    until,
    write_messages,
)
from benchmarks.support.load import PATIENTS, device, messages
from benchmarks.support.place import SQLITE, Place
from benchmarks.support.servers import environment, running
from models.engine import open_writer

Message = tuple[str, str]
GOOD = 300  # messages a second of the others
BAD = device(PATIENTS)  # a device of its own


def flood(count: int) -> Iterator[Message]:
    """One device, valid readings a minute apart."""
    for number in range(count):
        at = datetime.now(UTC) - timedelta(minutes=count - number)
        body = {"id": f"flood-{number}", "measured_at": at.isoformat(timespec="seconds"), "values": {"weight": _kg(80)}}
        yield f"hearthline/v1/up/{BAD}/weight", json.dumps(body)


def large(count: int) -> Iterator[Message]:
    """64 KiB that are one valid reading."""
    for number in range(count):
        body = {"id": f"large-{number}", "measured_at": "2026-01-05T07:12:00Z", "values": {"weight": _kg(80)}}
        yield f"hearthline/v1/up/{BAD}/weight", json.dumps(body | {"note": "x" * (65_536 - len(json.dumps(body)) - 12)})


def poison(count: int) -> Iterator[Message]:
    """What is no JSON, in a row."""
    for number in range(count):
        yield f"hearthline/v1/up/{BAD}/weight", f'{{"id": "poison-{number}", '


def arrays(count: int) -> Iterator[Message]:
    """500 readings, one of them bad."""
    for number in range(count):
        elements = [
            {
                "id": f"array-{number}-{n}",
                "measured_at": "2026-01-05T07:12:00Z",
                "values": {"weight": _kg(-1 if n == 77 else 80)},
            }
            for n in range(500)
        ]
        yield f"hearthline/v1/up/{BAD}/weight", json.dumps(elements, separators=(",", ":"))


KINDS = {"flood": (flood, 1000), "large": (large, 20), "poison": (poison, 1000), "arrays": (arrays, 2)}  # and a second


def _kg(value: int) -> dict[str, object]:
    return {"value": value, "unit": "kg"}


def measure(place: Place) -> Figures:
    before, beside, after = _p99(place, None), {name: _p99(place, name) for name in KINDS}, _p99(place, None)
    alone = min(before, after)
    for name, each in beside.items():
        place.say(f"p99 beside {name:7} {each:6.1f} ms, alone {alone:.1f} ms")
    figures: Figures = {f"p99_beside_{name}": round(each / alone, 2) for name, each in beside.items()}
    return figures | {"bad_input_p99_ms_alone": alone, "second_writer_wait_ms": second_writer(place)}


def _p99(place: Place, bad: str | None) -> float:
    """Milliseconds, of the others; each of the bad has its verdict at the end."""
    mine = f"SELECT count(*) FROM message WHERE device_id = '{BAD}' AND elements > 0"
    with place.open(SQLITE, PATIENTS + 1) as (port, url, folder), at_work(port, url, folder):
        play(port, write_messages(folder, messages(1000, seed=2)), 500)
        with _beside(place, bad, port) as count:
            sent = write_messages(folder, messages(GOOD * place.scale.seconds))
            waits = sorted(wait or 1e9 for _, wait in play(port, sent, GOOD).values())
        with asking(url) as ask:
            until(lambda: ask(mine) >= count)
    return round(waits[int(len(waits) * 0.99)] * 1000, 1)


@contextmanager
def _beside(place: Place, bad: str | None, port: int) -> Iterator[int]:
    """Something bad at its pace as long as the others publish; answers how many messages that is."""
    if bad is None:
        yield 0
        return
    make, rate = KINDS[bad]
    count = rate * place.scale.seconds
    if bad == "poison":
        count = max(count, place.scale.poison)
    sent = write_messages(place.folder, make(count))
    command = [sys.executable, str(ROOT / "benchmarks/support/steady.py"), str(port), str(sent), str(rate)]
    with subprocess.Popen(command, env=environment()) as process:
        yield count
        process.wait()


def second_writer(place: Place) -> float:
    """The longest that somebody who acknowledges flags waits for SQLite while ingest drains a backlog; milliseconds."""
    count, waits = place.scale.backlog, [0.0]
    with place.open(SQLITE) as (port, url, folder):
        make_session(OURS, port, url, folder)
        publish_all(port, write_messages(folder, messages(count)), folder)
        stop, engine = threading.Event(), open_writer(url)

        def write() -> None:
            while not stop.wait(0.05):
                begun = time.monotonic()
                with engine.begin() as connection:
                    connection.execute(text("UPDATE flag SET changed_at = changed_at WHERE status = 'open'"))
                waits.append(time.monotonic() - begun)

        with running(OURS.command(port, url), folder / "ours.log", **settings(port, url)), asking(url) as ask:
            other = threading.Thread(target=write)
            other.start()
            until(lambda: ask(COUNT) >= count)
            stop.set()
            other.join()
        engine.dispose()
    place.say(f"a second writer waited {max(waits) * 1000:.0f} ms at most, {len(waits)} times")
    return round(max(waits) * 1000, 1)
