"""From publish to receipt (which follows the commit) and from publish to a readable flag, at a steady pace.

All is seen from outside: the publisher's clock when it sends, and again when the receipt arrives or the flag is read;
so the figures hold the broker's way back and a poll of 5 ms too.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from benchmarks.parts.drains import Figures
from benchmarks.support.drain import ROOT, at_work, write_messages
from benchmarks.support.load import PATIENTS, crisis, messages
from benchmarks.support.place import BOTH, Place
from benchmarks.support.servers import environment

POLL = 0.005
CRISES = 20  # a second


def measure(place: Place) -> Figures:
    """Milliseconds; of the two databases the worse counts."""
    found: dict[str, Figures] = {}
    for kind in BOTH:
        found[kind] = _both_rates(place, kind)
        place.say(f"{kind:10} p99 {json.dumps(found[kind])}")
    names = found[BOTH[0]]
    worst = {name: max(found[kind][name] or 0.0 for kind in BOTH) for name in names}
    return worst | {f"{name}_{kind}": found[kind][name] for kind in BOTH for name in names}


def _both_rates(place: Place, kind: str) -> Figures:
    slow, _, lost = _play(place, kind, 500)
    fast, flags, more = _play(place, kind, 2000)
    return {
        "commit_p50_ms_500": _part(slow, 0.5), "commit_p99_ms_500": _part(slow, 0.99),
        "commit_p50_ms_2000": _part(fast, 0.5), "commit_p99_ms_2000": _part(fast, 0.99),
        "flag_p50_ms_2000": _part(flags, 0.5), "flag_p99_ms_2000": _part(flags, 0.99), "unanswered": lost + more,
    }  # fmt: skip


def _part(waits: list[float], share: float) -> float:
    return round(sorted(waits)[min(int(len(waits) * share), len(waits) - 1)] * 1000, 1)


def _play(place: Place, kind: str, rate: int) -> tuple[list[float], list[float], int]:
    """Seconds to each receipt, seconds to each flag, and how many were not answered."""
    count = rate * place.scale.seconds
    crises = CRISES * place.scale.seconds
    with place.open(kind, PATIENTS + crises) as (port, url, folder), at_work(port, url, folder):
        play(port, write_messages(folder, messages(1000, seed=2)), 500)  # the caches fill, the statements compile
        sent = write_messages(folder, _mixed(count, crises))
        command = [sys.executable, str(ROOT / "benchmarks/support/paced.py"), str(port), str(sent), str(rate)]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as publisher:
            seen = _watch_flags(url, crises, publisher)
            waits = json.loads(publisher.communicate()[0])
    flags = [seen[_patient(name)] - at for name, (at, _) in waits.items() if _patient(name) in seen]
    answered = [wait for _, wait in waits.values() if wait is not None]
    return answered, flags, len(waits) - len(answered) + crises - len(flags)


def play(port: int, sent: Path, rate: float) -> dict[str, tuple[float, float | None]]:
    """Id -> (published, seconds until its receipt)."""
    command = [sys.executable, str(ROOT / "benchmarks/support/paced.py"), str(port), str(sent), str(rate)]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    waits: dict[str, tuple[float, float | None]] = json.loads(done.stdout)
    return waits


def _mixed(count: int, crises: int) -> Iterator[tuple[str, str]]:
    every = count // crises
    for number, message in enumerate(messages(count)):
        yield message
        if number % every == 0 and number // every < crises:
            patient = PATIENTS + number // every
            yield crisis(patient, f"crisis-{patient}")


def _patient(name: str) -> str:
    return f"pt-bench-{int(name.rpartition('-')[2]):04}" if name.startswith("crisis") else ""


def _watch_flags(url: str, crises: int, publisher: subprocess.Popen[str]) -> dict[str, float]:
    """Patient -> when the flag was first read. Ends with the last, or with the publisher."""
    engine, seen = create_engine(url, isolation_level="AUTOCOMMIT"), dict[str, float]()
    with engine.connect() as connection:
        while len(seen) < crises and publisher.poll() is None:
            _note_new(connection, seen)
            time.sleep(POLL)
    engine.dispose()
    return seen


def _note_new(connection: Connection, seen: dict[str, float]) -> None:
    query = "SELECT patient_id FROM flag WHERE status = 'open' AND rule LIKE 'BP%' AND patient_id >= :first"
    for who in connection.execute(text(query), {"first": f"pt-bench-{PATIENTS:04}"}).scalars():
        seen.setdefault(who, time.time())
