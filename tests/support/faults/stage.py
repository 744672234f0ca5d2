"""A whole installation with its surroundings: database, broker, ingest, lines between them, and the street."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.support.faults.enrolling import enrol
from tests.support.faults.parts import Broker, IngestPart, Postgres
from tests.support.faults.proxy import Line
from tests.support.faults.readings import MEASURES, STEP, Device
from tests.support.faults.record import DUE, count
from tests.support.faults.street import Street
from tests.support.faults.truth import Truth
from tests.support.working import environment

PATIENTS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` is the longest time readings are taken for; it decides how long ago the first one was measured.

    `patience` is how many seconds a device waits for a receipt the first time; ever longer after that.
    """

    database: str
    seed: int
    rate: float = 30.0
    seconds: float = 180.0
    workers: int = 1
    patients: int = PATIENTS
    patience: float = 3.0


@dataclass(slots=True)
class Stage:
    """Everything a fault can reach. `url` goes straight to the database, ingest goes through `to_database`."""

    plan: Plan
    folder: Path
    chance: Random
    broker: Broker
    ingest: IngestPart
    postgres: Postgres | None
    url: str
    home: Line
    to_broker: Line
    to_database: Line | None
    street: Street
    truth: Truth
    disk: Path | None
    restarts: list[int] = field(default_factory=list)

    def attend(self) -> None:
        """What a service manager does: start again what ended by itself."""
        for part in (self.ingest, self.broker, self.postgres):
            if part is not None and part.process is not None and part.process.poll() is not None:
                self.restarts.append(part.process.returncode)
                part.start()

    def wait_for_receipts(self, seconds: float) -> float:
        """Until a receipt comes; answers after how many seconds. Raises TimeoutError."""
        begin, before = time.monotonic(), self.street.receipts
        while self.street.receipts == before:
            self.check(begin, seconds, "no receipt came")
            time.sleep(0.02)
        return time.monotonic() - begin

    def settle(self, seconds: float) -> float:
        """Take no new readings, and wait until everything has its receipt and is judged; answers for how long."""
        self.street.rate, begin = 0.0, time.monotonic()
        turns = self.street.turns + 2  # a turn under way may still make readings
        while self.street.waiting or self.street.turns < turns:
            self.check(begin, seconds, f"{self.street.waiting} messages have no receipt")
            time.sleep(0.1)
        while count(self.url, DUE):
            self.check(begin, seconds, "readings wait to be judged")
            time.sleep(0.2)
        return time.monotonic() - begin

    def go_on(self) -> None:
        self.street.rate = self.plan.rate

    def check(self, begin: float, seconds: float, what: str) -> None:
        self.attend()
        if self.street.failed is not None:
            raise RuntimeError("the street ended") from self.street.failed
        if time.monotonic() - begin > seconds:
            said = self.ingest.log.read_text(errors="replace")[-1500:]
            raise TimeoutError(f"{what} after {seconds:.0f} s; ingest said last: {said}")


@contextmanager
def staged(plan: Plan, template: Path | None = None) -> Iterator[Stage]:
    """Running, enrolled, and with the first receipts back; ended with everything it started.

    `template` is a folder that keeps an enrolled database for the next stage with the same street.
    """
    folder = Path(tempfile.mkdtemp(prefix="hearthline-faults-"))
    folder.chmod(0o755)
    try:
        with _disk(folder / "disk") as disk:
            stage = _build(plan, folder, disk)
            try:
                _begin(stage, template)
                yield stage
            finally:
                _end(stage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _disk(folder: Path) -> Iterator[Path | None]:
    """A disk of its own for the database where we may mount one (root): only such a one can be made full."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _build(plan: Plan, folder: Path, disk: Path | None) -> Stage:
    chance = Random(plan.seed)
    (folder / "broker").mkdir()
    broker = Broker(folder / "broker.log", folder=folder / "broker")
    postgres = Postgres(folder / "postgres.log", folder=folder / "disk" / "pg") if plan.database == "postgres" else None
    to_broker, to_database = Line(broker.port, chance), Line(postgres.port, chance) if postgres else None
    file = f"sqlite:///{folder / 'disk' / 'hearthline.db'}"
    inner = postgres.url(to_database.port) if postgres and to_database else file
    ingest = IngestPart(
        folder / "ingest.log", database_url=inner, broker_url=f"mqtt://127.0.0.1:{to_broker.port}", workers=plan.workers
    )
    truth, home = Truth(folder / "truth.db"), Line(broker.port, chance)
    street = Street(home.port, devices_of(plan), truth, Random(plan.seed + 1), plan.rate, plan.patience)
    url = postgres.url(postgres.port) if postgres else file
    return Stage(plan, folder, chance, broker, ingest, postgres, url, home, to_broker, to_database, street, truth, disk)


def devices_of(plan: Plan) -> list[Device]:
    """Each patient with a device for each measure; their readings are a quarter of an hour apart and end before now."""
    each = plan.seconds * plan.rate / (plan.patients * len(MEASURES)) * 1.5 + 100
    first = datetime.now(UTC).replace(microsecond=0) - STEP * each - timedelta(days=2)
    return [
        Device(f"{measure.replace('_', '-')}-{number:04d}", f"pt-{number}", measure, first + timedelta(seconds=number))
        for number in range(1, plan.patients + 1)
        for measure in MEASURES
    ]


def _begin(stage: Stage, template: Path | None) -> None:
    stage.broker.start()
    _make_record(stage, template / stage.plan.database if template else None)
    stage.ingest.start()
    stage.street.start()
    stage.wait_for_receipts(60)


def _make_record(stage: Stage, kept: Path | None) -> None:
    """A migrated database with the street enrolled; copied from `kept`, or kept there, for making it takes seconds."""
    disk = stage.folder / "disk"
    if kept is not None and kept.exists():
        _copy(kept, disk)
    else:
        _make_anew(stage)
        if kept is not None:
            if stage.postgres is not None:
                stage.postgres.stop(signal.SIGINT)
            _copy(disk, kept)
    if stage.postgres is not None and not stage.postgres.alive:
        stage.postgres.start()


def _make_anew(stage: Stage) -> None:
    if stage.postgres is not None:
        stage.postgres.make()
        stage.postgres.start()
    surroundings = environment(stage.url, stage.ingest.broker_url)
    subprocess.run([sys.executable, "-m", "hearthline", "db", "upgrade"], env=surroundings, cwd=stage.folder,
                   capture_output=True, check=True)  # fmt: skip
    enrol(stage.url, [(device.id, device.patient) for device in stage.street.devices], surroundings)


def _copy(source: Path, target: Path) -> None:
    """With owners, for a database server looks at them."""
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def _end(stage: Stage) -> None:
    with suppress(Exception):
        stage.street.stop()
    for part in (stage.ingest, stage.broker, stage.postgres):
        if part is not None:
            _put_down(part.processes() if isinstance(part, IngestPart) else [])
            part.kill()
    for line in (stage.home, stage.to_broker, stage.to_database):
        if line is not None:
            line.close()
    stage.truth.close()


def _put_down(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)
