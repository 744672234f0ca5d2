"""Draining a backlog: messages that wait in Mosquitto for a subscriber that was away, until all are stored and judged.

A rate is counted from the first rows seen in the record to the last, so that the start of a program counts for none.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from benchmarks.support.load import messages
from benchmarks.support.servers import running

ROOT = Path(__file__).parent.parent.parent
GIVE_UP = 180.0
ANY = "SELECT EXISTS (SELECT 1 FROM reading)"
COUNT = "SELECT count(*) FROM reading"
JUDGED = "SELECT NOT EXISTS (SELECT 1 FROM evaluation WHERE reason = 'reading')"


@dataclass(frozen=True)
class Program:
    """How a subscriber is started; `says` is what its log holds once it is subscribed."""

    name: str
    command: Callable[[int, str], Sequence[str]]
    says: str = "broker.subscribed"


OURS = Program("ours", lambda _port, _url: [sys.executable, "-m", "hearthline", "ingest"])
NAIVE = Program("naive", lambda port, url: [sys.executable, str(ROOT / "benchmarks/support/naive.py"), str(port), url])


def settings(port: int, url: str) -> dict[str, str]:
    return {"HEARTHLINE_DATABASE__URL": url, "HEARTHLINE_BROKER__URL": f"mqtt://127.0.0.1:{port}"}


def make_session(program: Program, port: int, url: str, folder: Path) -> None:
    """Let it subscribe once and leave: from now on the broker keeps what is published for it."""
    log = folder / f"{program.name}-first.log"
    with running(program.command(port, url), log, **settings(port, url)):
        wait_for_text(log, program.says)


def wait_for_text(log: Path, words: str) -> None:
    until = time.monotonic() + 60
    while not log.exists() or words not in log.read_text():
        if time.monotonic() > until:
            raise RuntimeError(f"the subscriber did not subscribe: {log.read_text()[-400:]}")
        time.sleep(0.02)


def write_messages(folder: Path, count: int, seed: int = 1) -> Path:
    sent = folder / f"messages-{count}-{seed}.jsonl"
    sent.write_text("".join(json.dumps(each) + "\n" for each in messages(count, seed)))
    return sent


def publish_all(port: int, sent: Path, folder: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks/support/publisher.py"), str(port), str(sent)]
    with running(command, folder / "publisher.log") as publisher:
        if publisher.wait(GIVE_UP) != 0:
            raise RuntimeError((folder / "publisher.log").read_text()[-400:])


def drain(program: Program, port: int, url: str, folder: Path, count: int) -> float:
    """Readings a second while a backlog of `count` messages is drained into the database at `url`."""
    make_session(program, port, url, folder)
    publish_all(port, write_messages(folder, count), folder)
    with running(program.command(port, url), folder / f"{program.name}.log", **settings(port, url)):
        return watch(url, count)


def watch(url: str, count: int, judged: str = JUDGED) -> float:
    """Readings a second from the first that are seen until `count` more are stored and judged."""
    with asking(url) as ask:
        before = ask(COUNT)
        _until(lambda: ask(COUNT) > before)
        begun, first = time.monotonic(), ask(COUNT)
        time.sleep(0.2)
        _until(lambda: ask(COUNT) >= before + count, 0.05)
        _until(lambda: bool(ask(judged)), 0.005)
        return (before + count - first) / (time.monotonic() - begun)


def _until(done: Callable[[], bool], every: float = 0.01) -> None:
    until = time.monotonic() + GIVE_UP
    while not done():
        if time.monotonic() > until:
            raise RuntimeError("it did not end in time")
        time.sleep(every)


@contextlib.contextmanager
def asking(url: str) -> Iterator[Callable[[str], int]]:
    """A function that answers a question in SQL with its one number; each sees what is committed by then."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda question: _ask(connection, question)
    engine.dispose()


def _ask(connection: Connection, question: str) -> int:
    return int(connection.execute(text(question)).scalar_one())
