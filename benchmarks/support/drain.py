"""Draining a backlog: messages that wait in Mosquitto for a subscriber that was away, until all are stored and judged.

A rate is counted from the first rows seen in the record to the last, so that the start of a program counts for none.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.support.load import messages
from benchmarks.support.servers import running

ROOT = Path(__file__).parent.parent.parent
GIVE_UP = 600.0
COUNT = "SELECT count(*) FROM reading"
JUDGED = "SELECT NOT EXISTS (SELECT 1 FROM evaluation WHERE reason IN ('reading', 'slow'))"


@dataclass(frozen=True)
class Program:
    """How a subscriber is started; `says` is what its log holds once it is subscribed, or `settles` seconds before, and
    `sessions` how often it says so. `unsubscribes`: it does so when told to stop, so only a kill leaves its session."""

    name: str
    command: Callable[[int, str], Sequence[str]]
    says: str = "broker.subscribed"
    settles: float = 0.0
    unsubscribes: bool = False
    sessions: int = 1


def ours(workers: int = 1) -> Program:
    more = [] if workers == 1 else ["--workers", str(workers)]
    command = [sys.executable, "-m", "hearthline", "ingest", *more]
    return Program(f"ours-{workers}", lambda _port, _url: command, sessions=workers)


OURS = ours()
NAIVE = Program("naive", lambda port, url: [sys.executable, str(ROOT / "benchmarks/support/naive.py"), str(port), url])


def settings(port: int, url: str) -> dict[str, str]:
    return {"HEARTHLINE_DATABASE__URL": url, "HEARTHLINE_BROKER__URL": f"mqtt://127.0.0.1:{port}"}


def make_session(program: Program, port: int, url: str, folder: Path) -> None:
    """Let it subscribe once and leave: from now on the broker keeps what is published for it."""
    log = folder / f"{program.name}-{time.monotonic_ns()}.log"
    with running(program.command(port, url), log, **settings(port, url)) as process:
        wait_for_text(log, program.says, program.sessions)
        time.sleep(program.settles)
        if program.unsubscribes:
            process.kill()


@contextlib.contextmanager
def at_work(port: int, url: str, folder: Path) -> Iterator[int]:
    """Ours, subscribed; its process id."""
    log = folder / "ours.log"
    with running(OURS.command(port, url), log, **settings(port, url)) as process:
        wait_for_text(log, OURS.says)
        yield process.pid


def wait_for_text(log: Path, words: str, times: int = 1) -> None:
    until = time.monotonic() + 60
    while not log.exists() or log.read_text().count(words) < times:
        if time.monotonic() > until:
            raise RuntimeError(f"the subscriber did not subscribe: {log.read_text()[-400:]}")
        time.sleep(0.02)


def write_messages(folder: Path, lines: Iterable[tuple[str, str]]) -> Path:
    sent = folder / f"messages-{time.monotonic_ns()}.jsonl"
    with sent.open("w") as file:
        file.writelines(json.dumps(each) + "\n" for each in lines)
    return sent


def publish_all(port: int, sent: Path, folder: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks/support/publisher.py"), str(port), str(sent)]
    with running(command, folder / "publisher.log") as publisher:
        if publisher.wait(GIVE_UP) != 0:
            raise RuntimeError((folder / "publisher.log").read_text()[-400:])


def drain(program: Program, port: int, url: str, folder: Path, count: int, seed: int = 1) -> float:
    """Readings a second while a backlog of `count` messages is drained into the database at `url`."""
    make_session(program, port, url, folder)
    publish_all(port, write_messages(folder, messages(count, seed)), folder)
    with running(program.command(port, url), folder / f"{program.name}.log", **settings(port, url)):
        return watch(url, count)


def watch(url: str, count: int) -> float:
    """Readings a second from the first that are seen until `count` more are stored and judged. It asks seldom, so that
    asking costs the database little."""
    with asking(url) as ask:
        before = ask(COUNT)
        until(lambda: ask(COUNT) > before)
        begun, first = time.monotonic(), ask(COUNT)
        until(lambda: ask(COUNT) >= before + count, every=0.1)
        until(lambda: bool(ask(JUDGED)))
        return (before + count - first) / (time.monotonic() - begun)


def until(done: Callable[[], bool], every: float = 0.02) -> None:
    """Wait for it; raises RuntimeError when it takes too long."""
    end = time.monotonic() + GIVE_UP
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("it did not end in time")
        time.sleep(every)


@contextlib.contextmanager
def asking(url: str) -> Iterator[Callable[[str], int]]:
    """A function that answers a question in SQL with its one number; each sees what is committed by then."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda question: int(connection.execute(text(question)).scalar_one())
    engine.dispose()
