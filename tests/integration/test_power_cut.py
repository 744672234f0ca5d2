"""After a power cut everything that was acknowledged is there (D9): the disk as it was at a random moment under a
running writer is mounted again and opened. With durability switched off readings are lost, so this test can fail."""

import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from hearthline.database import check, upgrade
from models.engine import open_reader
from tests.support.disks import cut_power, disk
from tests.support.places import ROOT, absent, free_port
from tests.support.postgres import server_programs
from tests.support.processes import plain_user, running, wait_for_port
from tests.support.speaking import wait_until

SEED = 20260105
LAZY_POSTGRESQL = ("synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=1GB")
pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the server's user may enter, with a short name: it holds a socket."""
    with tempfile.TemporaryDirectory(prefix="hearthline-disk-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def write_until_the_power_goes(url: str, image: Path, after: Path, *pragmas: str) -> set[str]:
    """The ids that were acknowledged before the disk was copied."""
    command, turns = [sys.executable, "-m", "tests.support.acknowledging", url, *pragmas], random.Random(SEED)
    writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        acknowledged = {each for _ in range(turns.randint(20, 60)) for each in writer.stdout.readline().split()}
        writer.send_signal(signal.SIGSTOP)
        cut_power(image, after)
    finally:
        writer.kill()
        writer.communicate()
    assert len(acknowledged) >= 20 * 7
    return acknowledged


def stored_in(url: str) -> set[str]:
    check(url)
    engine = open_reader(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        found = set(connection.scalars(text("SELECT given_id FROM reading")))
    engine.dispose()
    return found


def lost_on_sqlite(folder: Path, *pragmas: str) -> set[str]:
    image, after = folder / "before.img", folder / "after.img"
    with disk(image, 64) as mounted:
        url = f"sqlite:///{mounted}/hearthline.db"
        upgrade(url)
        acknowledged = write_until_the_power_goes(url, image, after, *pragmas)
    with disk(after) as mounted:
        return acknowledged - stored_in(f"sqlite:///{mounted}/hearthline.db")


def test_sqlite_keeps_all_that_was_acknowledged(folder: Path) -> None:
    assert lost_on_sqlite(folder) == set()


def test_sqlite_without_full_synchronisation_loses_readings(folder: Path) -> None:
    assert lost_on_sqlite(folder, "PRAGMA synchronous=OFF") != set()


@contextmanager
def server_on(mounted: Path, log: Path, *settings: str) -> Iterator[str]:
    """A PostgreSQL on the disk, made where there is none."""
    programs, user, port, data = server_programs(), plain_user("postgres"), free_port(), mounted / "data"
    if programs is None or not programs.is_relative_to("/usr"):
        absent("postgres", "the machine's own PostgreSQL is needed here (Debian: apt install postgresql)")
    subprocess.run(["chown", user.pw_name if user else "root", mounted], check=True)
    if not data.exists():
        made = [programs / "initdb", "-D", data, "-U", "hearthline", "-A", "trust", "-E", "UTF8", "--locale=C"]
        with running(made, log, user=user) as making:
            assert making.wait(60) == 0, log.read_text()
    chosen = [part for each in (*settings, "min_wal_size=32MB", "max_wal_size=64MB") for part in ("-c", each)]
    command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", mounted, *chosen]
    with running(command, log, user=user, end=signal.SIGINT) as process:
        wait_for_port(process, port, log)
        yield f"postgresql://hearthline@127.0.0.1:{port}/postgres"


def lost_on_postgresql(folder: Path, *settings: str) -> set[str]:
    image, after, log = folder / "before.img", folder / "after.img", folder / "server.log"
    with disk(image, 192) as mounted, server_on(mounted, log, *settings) as url:
        wait_until_it_answers(url)
        upgrade(url)
        make_durable(url)
        acknowledged = write_until_the_power_goes(url, image, after)
    with disk(after) as mounted, server_on(mounted, log) as url:
        wait_until_it_answers(url)
        return acknowledged - stored_in(url)


def make_durable(url: str) -> None:
    """What was done before the writer starts."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def wait_until_it_answers(url: str) -> None:
    """The port opens before recovery is done."""

    def answers() -> bool:
        engine = open_reader(url)
        try:
            with engine.connect() as connection:
                return connection.scalar(text("SELECT 1")) == 1
        except OperationalError:
            return False
        finally:
            engine.dispose()

    wait_until(answers)


def test_postgresql_keeps_all_that_was_acknowledged(folder: Path) -> None:
    assert lost_on_postgresql(folder) == set()


def test_postgresql_without_synchronous_commit_loses_readings(folder: Path) -> None:
    assert lost_on_postgresql(folder, *LAZY_POSTGRESQL) != set()
