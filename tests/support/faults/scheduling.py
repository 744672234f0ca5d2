"""Two `reports worker` processes on one record, and an oracle that knows what was asked for and looks at what is there.

It asks nothing of the code that makes and delivers: plain SQL, files, and the mails that a server kept.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from hearthline.database import upgrade
from models.engine import open_writer
from tests.support.mailing import PostOffice, post_office
from tests.support.schedules import Office, office_at
from tests.support.speaking import wait_until
from tests.support.wards import Ward, taken
from tests.support.working import environment

PATIENTS = 24
LEASE = "1.0"
PATIENCE = 150.0


@dataclass(slots=True)
class Workers:
    """`url` is the record's; what they say goes to `log`."""

    url: str
    log: Path
    mail: PostOffice
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        settings = {
            "HEARTHLINE_REPORTS__LEASE": LEASE, "HEARTHLINE_MAIL__URL": f"smtp://127.0.0.1:{self.mail.port}",
            "HEARTHLINE_MAIL__SENDER": "reports@clinic.example",
        }  # fmt: skip
        with self.log.open("ab") as output:
            worker = subprocess.Popen(
                [sys.executable, "-m", "hearthline", "reports", "worker"],
                env={**environment(self.url, "mqtt://127.0.0.1:1"), **settings},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.log.parent,
            )  # fmt: skip
        self.running.append(worker)

    def signal(self, pid: int, number: int) -> None:
        os.kill(pid, number)
        if number == signal.SIGKILL:
            [dead] = [worker for worker in self.running if worker.pid == pid]
            dead.wait()
            self.running.remove(dead)

    def end(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()


@dataclass(slots=True)
class Found:
    """What is wrong with the reports of all runs so far; nothing is when all are 0."""

    due: int = 0
    lost: int = 0
    doubled: int = 0
    half: int = 0
    altered: int = 0
    mails: int = 0

    def wrong(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("lost", "doubled", "half", "altered") if getattr(self, name)}


@dataclass(slots=True)
class Scene:
    office: Office
    workers: Workers
    patients: list[str]
    asked: int = 0
    times: int = 0
    recoveries: list[float] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.office.ward.engine

    def count(self, query: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def ask(self, to: str) -> None:
        """A run of everybody, from now on due."""
        self.office.ward.now = datetime.now(UTC)
        self.office.ask(self.office.add(to))
        self.asked += 1

    def holder(self) -> int:
        """The process that works; waits until one does."""
        query = text("SELECT holder FROM process WHERE kind = 'reports' AND holder IS NOT NULL")
        found: list[str] = []

        def look() -> bool:
            with self.engine.connect() as connection:
                found.extend(connection.execute(query).scalars())
            return bool(found) and found[-1].split(":")[1] in {str(each.pid) for each in self.workers.running}

        wait_until(look, PATIENCE)
        return int(found[-1].split(":")[1])

    def when(self, reached: Callable[[], bool], number: int) -> int:
        """Send the signal to who works, at the first moment at which it is so; answers who that was."""
        until = time.monotonic() + PATIENCE
        while not reached() and self.is_open() and time.monotonic() < until:
            time.sleep(0.002)
        pid = self.holder()
        self.workers.signal(pid, number)
        self.times += 1
        return pid

    def is_open(self) -> bool:
        """Whether a run is not over; on a busy machine a moment may have passed before it was seen."""
        return bool(self.count("SELECT count(*) FROM report_run WHERE ended_at IS NULL"))

    def finish(self) -> None:
        """Until every run is over."""
        begun = time.monotonic()
        wait_until(lambda: not self.is_open(), PATIENCE)
        self.recoveries.append(time.monotonic() - begun)

    def look(self) -> Found:
        """Every report of every run that was asked for, in the record and where it was to go."""
        found = Found(due=self.asked * len(self.patients), mails=len(self.workers.mail.kept))
        pairs = "SELECT run_id, subject, count(*) AS times FROM report GROUP BY run_id, subject"
        there = self.count(f"SELECT count(*) FROM ({pairs}) AS pairs")
        found.lost = found.due - there
        found.doubled = self.count(f"SELECT count(*) FROM ({pairs}) AS pairs WHERE times > 1")
        self._look_at_files(found)
        mails = [str(mail["Message-ID"]) for mail in self.workers.mail.kept]
        by_mail = self.count("SELECT count(*) FROM report_run r JOIN report_schedule s ON s.id = r.schedule_id"
                             " WHERE s.destination LIKE 'mail:%'")  # fmt: skip
        found.lost += by_mail - len(set(mails))
        return found

    def _look_at_files(self, found: Found) -> None:
        delivered = "SELECT subject, delivered_to, body FROM report WHERE delivered_to LIKE '/%'"
        with self.engine.connect() as connection:
            rows = connection.execute(text(delivered)).all()
        expected = {Path(row.delivered_to, row.subject) for row in rows}
        for row in rows:
            here = Path(row.delivered_to, row.subject)
            body = json.loads(row.body) if isinstance(row.body, str) else row.body
            found.half += not is_whole(here)
            found.altered += is_whole(here) and json.loads((here / "report.json").read_text()) != body
        seen = set((self.office.here / "out").glob("*/*"))
        found.half += sum(not is_whole(path) for path in seen if not path.name.startswith("."))
        found.lost += len(expected - seen)


def is_whole(folder: Path) -> bool:
    """Both files, with their ends."""
    try:
        page, figures = (folder / "report.html").read_text(), (folder / "report.json").read_text()
    except OSError:
        return False
    return page.rstrip().endswith("</html>") and figures.endswith("}\n") and bool(json.loads(figures))


@contextmanager
def scene(url: str, here: Path, *manners: str) -> Iterator[Scene]:
    """Everybody has a few readings; two workers run, and the mail server behaves so."""
    upgrade(url)
    engine = open_writer(url)
    now = datetime.now(UTC)
    patients = [f"pt-{number:02}" for number in range(PATIENTS)]
    ward = Ward(engine, now)
    for name in patients:
        device = ward.admit(name, "Europe/Paris")
        readings = (taken(f"b{day}", now - timedelta(days=day, hours=1), systolic=120 + day, diastolic=70)
                    for day in range(7))  # fmt: skip
        ward.take(device, "blood_pressure", *readings)
    with post_office(*manners) as post, office_at(ward, here) as office:
        workers = Workers(url, here / "log", post)
        try:
            for _ in range(2):
                workers.start()
            yield Scene(office, workers, patients)
        finally:
            workers.end()
            engine.dispose()
