"""The databases of a benchmark: SQLite in a file, and a PostgreSQL of its own with the durability it ships with."""

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import OperationalError

from benchmarks.support.load import PATIENTS, device
from benchmarks.support.servers import free_port
from hearthline.database import upgrade
from models.engine import open_writer
from models.tables import Device, DeviceAssignment, Patient
from registry.beginning import BEGINNING

# Nothing that makes a commit cheaper: fsync, synchronous_commit and full_page_writes are on as shipped.
SETTINGS = ("max_wal_size=4GB", "shared_buffers=256MB", "timezone=UTC", "max_connections=60")


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A fresh server on a free port; its address without a database. As root it runs as the user `postgres`."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not programs:
        sys.exit("hearthline: this benchmark needs PostgreSQL: apt install postgresql")
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    data, port, home = folder / "pg", free_port(), folder / "pg-socket"
    for each in (data, home):
        each.mkdir()
        if user:
            os.chown(each, user.pw_uid, user.pw_gid)
            folder.chmod(0o755)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    made = [programs[-1] / "initdb", "-D", data, "-U", "hearthline", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=home, **as_user)
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    command = [programs[-1] / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", home, *settings]
    with (folder / "postgres.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **as_user)
    try:
        yield _wait(f"postgresql+psycopg://hearthline@127.0.0.1:{port}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait(server: str) -> str:
    until = time.monotonic() + 30
    while True:
        try:
            _run(server, "SELECT 1")
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return server


def _run(server: str, statement: str) -> None:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextlib.contextmanager
def database(server: str | None, folder: Path, patients: int = PATIENTS) -> Iterator[str]:
    """A migrated database with `patients` who hold a device each: on `server`, or SQLite in `folder`."""
    name = f"bench_{time.monotonic_ns()}"
    if server is None:
        url = f"sqlite:///{folder / name}.db"
        prepare(url, patients)
        yield url
        for path in folder.glob(f"{name}.db*"):
            path.unlink()
        return
    _run(server, f"CREATE DATABASE {name}")
    prepare(f"{server}/{name}", patients)
    try:
        yield f"{server}/{name}"
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def prepare(url: str, patients: int = PATIENTS) -> None:
    """A migrated database in which every device has its holder."""
    upgrade(url)
    if not patients:
        return
    now, engine = datetime.now(UTC), open_writer(url)
    people = [(device(number), f"pt-bench-{number:04}") for number in range(patients)]
    with engine.begin() as connection:
        rows = [{"id": who, "name": f"Bench {who}", "zone": "UTC", "enrolled_at": now} for _, who in people]
        connection.execute(insert(Patient), rows)
        connection.execute(insert(Device), [{"id": each, "model": "bench", "enrolled_at": now} for each, _ in people])
        held = [{"id": uuid4(), "device_id": each, "patient_id": who, "from_at": BEGINNING} for each, who in people]
        connection.execute(insert(DeviceAssignment), held)
    engine.dispose()
