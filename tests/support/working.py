"""The worker, in a thread of the test or as the real process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from structlog.testing import capture_logs

from ingest.mqtt import BrokerAddress
from ingest.settings import WorkerSettings
from ingest.worker import run
from tests.support.places import ROOT
from tests.support.processes import Server
from tests.support.speaking import PATIENCE, wait_until


@dataclass(slots=True)
class Working:
    """`said` are the log's entries so far; `ended` is what `run` raised, if it did."""

    thread: Thread
    stop: Event
    said: list[MutableMapping[str, Any]]
    ended: list[Exception] = field(default_factory=list)

    def count(self, event: str) -> int:
        return sum(entry["event"] == event for entry in self.said)

    def wait_for(self, event: str, times: int = 1) -> None:
        wait_until(lambda: self.count(event) >= times or not self.thread.is_alive())
        assert self.count(event) >= times, self.ended

    def end(self) -> None:
        """Asked to stop, it does."""
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@contextmanager
def working(
    database_url: str, broker: Server | BrokerAddress, *, subscribed: bool = True, **more: Any
) -> Iterator[Working]:
    """`ingest.worker.run` while the block runs; from the start on subscribed, unless told otherwise. `more` are further
    settings of the worker."""
    address = broker if isinstance(broker, BrokerAddress) else BrokerAddress(broker.host, broker.port)
    stop, ended = Event(), list[Exception]()

    def work() -> None:
        try:
            run(WorkerSettings(database_url, address, stop, **more))
        except Exception as error:  # noqa: BLE001, RUF100  for the test to look at
            ended.append(error)

    with capture_logs() as said:
        worker = Working(Thread(target=work, daemon=True), stop, said, ended)
        worker.thread.start()
        try:
            if subscribed:
                worker.wait_for("broker.subscribed")
            yield worker
        finally:
            worker.end()


def environment(database_url: str, broker_url: str) -> Mapping[str, str]:
    """Of commands that run this copy of the rooms, installed or not."""
    settings = {"HEARTHLINE_DATABASE__URL": database_url, "HEARTHLINE_BROKER__URL": broker_url}
    return os.environ | settings | {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Ingest:
    """`hearthline ingest` as a process; its log goes to a file."""

    process: "subprocess.Popen[bytes]"
    log: Path
    start: int

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")[self.start :]

    def wait_for(self, event: str) -> None:
        wait_until(lambda: event in self.said or self.process.poll() is not None)
        assert event in self.said, self.said

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start_ingest(database_url: str, broker_url: str, log: Path, *options: str, **settings: str) -> Ingest:
    """Started, not waited for. Whoever starts it ends it. `settings` are further variables."""
    start = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hearthline", "ingest", *options],
            env={**environment(database_url, broker_url), **settings},
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=log.parent,
        )  # fmt: skip
    return Ingest(process, log, start)


@contextmanager
def ingesting(database_url: str, broker_url: str, log: Path, *options: str, **settings: str) -> Iterator[Ingest]:
    """Subscribed (the first of several, at least); killed at the end when the test left it alive."""
    ingest = start_ingest(database_url, broker_url, log, *options, **settings)
    try:
        ingest.wait_for("broker.subscribed")
        yield ingest
    finally:
        ingest.kill()
