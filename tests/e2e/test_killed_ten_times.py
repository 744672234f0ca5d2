"""The promise as a whole: real processes, all faults on, ingest killed again and again, and the ledger is exact."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ingest.ledger import Counts, count_verdicts
from models.engine import open_reader
from registry.missing import count_missing
from tests.support.processes import Server
from tests.support.speaking import wait_until
from tests.support.working import Ingest, environment, start_ingest

pytestmark = pytest.mark.slow
STORES = 60.0  # seconds within which a life that was started has stored something
EXACT = ("lost", "duplicated", "altered", "unexpected", "in_doubt", "refused_wrong")


class Clinic:
    """The commands on one database and broker; `ingest` is the process that is killed and started again."""

    def __init__(self, database_url: str, broker: Server, folder: Path) -> None:
        self.database_url, self.broker, self.folder = database_url, broker, folder
        self.ingest: Ingest = self.start_ingest()

    def start_ingest(self) -> Ingest:
        return start_ingest(self.database_url, self.broker.url, self.folder / "ingest.log")

    @contextmanager
    def running(self, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """A command, which must end with 0 before the block does; killed when the block fails."""
        process = subprocess.Popen(
            [sys.executable, "-m", "hearthline", *arguments], env=environment(self.database_url, self.broker.url),
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def ask(self, *arguments: str) -> dict[str, Any]:
        with self.running(*arguments, "--json") as process:
            return answer(process)

    def counts(self) -> Counts:
        engine = open_reader(self.database_url)
        with Session(engine) as session:
            found = count_verdicts(session)
        engine.dispose()
        return found

    def wait_until_it_stores(self) -> None:
        """More than there was when this was asked, for which a machine that is busy with others needs a while."""
        before = self.counts().messages
        wait_until(lambda: self.counts().messages > before, STORES)

    def missing(self) -> dict[str, int]:
        engine = open_reader(self.database_url)
        with engine.connect() as connection:
            found = count_missing(connection, datetime.now(UTC))
        engine.dispose()
        return found


def answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What the command says last, once it has ended well."""
    out, err = process.communicate(timeout=150)
    assert process.returncode == 0, err
    return dict(json.loads(out.splitlines()[-1]))


@contextmanager
def clinic(database_url: str, broker: Server, folder: Path) -> Iterator[Clinic]:
    made = Clinic(database_url, broker, folder)
    try:
        yield made
    finally:
        made.ingest.kill()


def kill_often(clinic: Clinic, times: int, chance: Random) -> None:
    """Kill ingest at random moments: of a life that has stored something, and each fifth time of one that may not be up
    yet."""
    for number in range(times):
        if number % 5 != 4:
            clinic.wait_until_it_stores()
        time.sleep(chance.uniform(0.0, 0.6))
        assert clinic.ingest.process.poll() is None, clinic.ingest.said
        clinic.ingest.kill()
        clinic.ingest = clinic.start_ingest()


def play_and_verify(clinic: Clinic, times: int, *options: str) -> dict[str, Any]:
    """Simulated days with all faults, ingest killed so many times while they are published; the verdict on them."""
    every = ("--faults", "all", "--settle", "60", "--ledger", "truth.jsonl", "--json")
    with clinic.running("simulate", "run", *options, *every) as simulated:
        kill_often(clinic, times, Random(4711))
        assert simulated.poll() is None, "it was killed while devices published"
        played = answer(simulated)
    assert played["in_doubt"] == 0
    return played | clinic.ask("verify", "truth.jsonl")


@pytest.mark.parametrize(
    ("database", "times", "options"),
    [
        ("sqlite", 10, ("--patients", "12", "--days", "30", "--seed", "11", "--speed", "70000")),
        ("postgres", 4, ("--patients", "6", "--days", "14", "--seed", "12", "--speed", "70000")),
    ],
)
def test_killed_again_and_again_nothing_is_lost_doubled_or_missed(
    request: pytest.FixtureRequest, mosquitto: Server, tmp_path: Path, database: str, times: int, options: list[str]
) -> None:
    with clinic(request.getfixturevalue(f"{database}_database"), mosquitto, tmp_path) as it:
        verdict = play_and_verify(it, times, *options)
        counts, missing = it.counts(), it.missing()
    assert missing == {}, "every number was heard, refused ones among them"
    assert [verdict[name] for name in EXACT] == [0] * len(EXACT)
    assert verdict["stored"] == counts.stored
    assert counts.elements == counts.stored + counts.duplicate + counts.quarantined
    assert verdict["taken"] >= verdict["stored"] > 0
    assert verdict["flags"].items() >= {"missed": 0, "spurious": 0}.items()
    assert verdict["flags"]["expected"] > 0
