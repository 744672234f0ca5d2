"""An installation as `init` writes it, with a real broker and a real database, looked at by `doctor`."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from hearthline.__main__ import run
from hearthline.database import current, head, require_current, upgrade
from hearthline.doctor.durability import check_durability
from hearthline.doctor.finding import Place
from hearthline.doctor.start import refuse_unsafe
from hearthline.errors import Failure
from hearthline.init.write import TEMPLATES
from hearthline.settings import DatabaseSettings, Settings
from tests.support.places import ROOT, absent, find_program, free_port
from tests.support.postgres import server_programs
from tests.support.processes import Server, running, wait_for_port
from tests.support.speaking import speaking, wait_until
from tests.support.working import Ingest

pytestmark = pytest.mark.slow
OK_HERE = {"clock"}  # whether somebody keeps this machine's clock right is not ours to say


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder whose way down the broker's user may go."""
    folder = Path(tempfile.mkdtemp(prefix="hearthline-place-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def broker_of(place: Path) -> Iterator[Server]:
    """Mosquitto with the configuration in `place`, and its figures each second instead of every ten."""
    program = find_program("mosquitto", [Path("/usr/sbin"), Path("/usr/local/sbin")])
    if program is None:
        absent("mosquitto", "no such program is installed (Debian: apt install mosquitto)")
    config, log = place / "mosquitto.conf", place / "mosquitto.log"
    config.write_text(config.read_text().replace("sys_interval 10", "sys_interval 1"))
    port = int(config.read_text().partition("\nlistener ")[2].split()[0])
    with running([program, "-c", config], log) as process:
        wait_for_port(process, port, log)
        yield Server(f"mqtt://127.0.0.1:{port}", "127.0.0.1", port, process)


def command(place: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and stdout of a command with the settings of the place."""
    with redirect_stdout(io.StringIO()) as said:
        code = run(["--config", str(place / "hearthline.toml"), *arguments])
    return code, said.getvalue()


def own_environment() -> dict[str, str]:
    """Nothing but the settings file counts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHLINE_")}
    return own | {"PYTHONPATH": str(ROOT)}


@contextmanager
def ingest_of(place: Path) -> Iterator[Ingest]:
    log = place / "ingest.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hearthline", "--config", str(place / "hearthline.toml"), "ingest"],
            env=own_environment(), stdout=output, stderr=output, cwd="/",
        )  # fmt: skip
    ingest = Ingest(process, log, 0)
    try:
        ingest.wait_for("broker.subscribed")
        yield ingest
    finally:
        ingest.kill()


def examined(place: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code of doctor, and its findings by check; of several the worst."""
    code, said = command(place, "doctor", "--json")
    order = ("ok", "unknown", "warning", "dangerous")
    findings = sorted(map(json.loads, said.splitlines()), key=lambda finding: order.index(finding["standing"]))
    return code, {finding["check"]: finding for finding in findings}


def test_a_small_clinic_from_init_to_a_doctor_without_a_complaint(place: Path) -> None:
    assert run(["init", "--profile", "small", "--port", str(free_port()), str(place)]) == 0
    with broker_of(place):
        code, found = examined(place)
        assert (code, found["database"]["mend"]) == (1, "run: hearthline db upgrade")
        assert command(place, "db", "upgrade")[0] == 0
        assert examined(place)[1]["session"]["standing"] == "dangerous"  # nobody ever subscribed
        with ingest_of(place):
            wait_until(lambda: examined(place)[0] == 0)
            found = examined(place)[1]
            assert {name for name, finding in found.items() if finding["standing"] != "ok"} <= OK_HERE
            assert {"durability", "broker", "broker queue", "broker configuration", "ingest", "lag"} <= set(found)


def test_what_waits_for_ingest_is_still_there_after_doctor_asked_for_its_session(place: Path) -> None:
    run(["init", "--profile", "small", "--port", str(free_port()), str(place)])
    with broker_of(place) as broker:
        command(place, "db", "upgrade")
        with ingest_of(place):
            pass
        with speaking(broker) as device:
            device.say(*({"n": n} for n in range(50)))
        forget_signs_of_life(place)
        assert examined(place)[1]["session"]["standing"] == "ok"
        assert examined(place)[1]["session"]["standing"] == "ok"
        with ingest_of(place):
            wait_until(lambda: messages(place) == 50)


def test_a_broker_that_cannot_write_its_queue_is_dangerous(place: Path) -> None:
    run(["init", "--profile", "small", "--port", str(free_port()), str(place)])
    shutil.rmtree(place / "broker")
    with broker_of(place):
        found = examined(place)[1]["broker queue"]
    assert found["standing"] == "dangerous"
    assert f"sudo chown mosquitto: {place}/broker" in found["mend"]


def forget_signs_of_life(place: Path) -> None:
    """As after a while: it was killed, and its row says seconds ago."""
    execute(place, "DELETE FROM process")


def messages(place: Path) -> int:
    return int(execute(place, "SELECT count(*) FROM message") or 0)


def execute(place: Path, statement: str) -> Any:
    engine = create_engine(f"sqlite:///{place}/data/hearthline.db")
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        answer = done.scalar() if done.returns_rows else None
    engine.dispose()
    return answer


def psql(server: URL, statements: str) -> "subprocess.CompletedProcess[str]":
    """As the administrator."""
    programs = server_programs()
    assert programs is not None
    where = ["-h", "127.0.0.1", "-p", str(server.port), "-U", str(server.username), "-d", "postgres"]
    return subprocess.run(
        [programs / "psql", *where, "-qAt", "-v", "ON_ERROR_STOP=1"], input=statements, text=True, check=False,
        capture_output=True,
    )  # fmt: skip


@pytest.fixture
def clinic(durable_postgres: URL) -> Iterator[str]:
    """Address of the database that the statements of `init` make, as the role they make."""
    made = psql(durable_postgres, (TEMPLATES / "postgresql.sql").read_text())
    assert (made.returncode, made.stderr) == (0, "")
    try:
        yield durable_postgres.set(username="hearthline", database="hearthline").render_as_string(hide_password=False)
    finally:
        psql(durable_postgres, "DROP DATABASE hearthline WITH (FORCE);\nDROP ROLE hearthline;")


def test_the_statements_for_postgresql_make_a_database_for_one_role_that_may_nothing_else(
    clinic: str, durable_postgres: URL
) -> None:
    upgrade(clinic)
    assert current(clinic) == head()
    role = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = "
    assert psql(durable_postgres, f"{role} 'hearthline'").stdout.strip() == "f|f|f|f|f"
    psql(durable_postgres, "CREATE ROLE stranger LOGIN")
    stranger = durable_postgres.set(username="stranger", database="hearthline")
    with pytest.raises(Failure, match="stranger@"):
        require_current(stranger.render_as_string(hide_password=False))


DANGERS = [
    ("ALTER DATABASE hearthline SET synchronous_commit = off", "synchronous_commit = off"),
    ("ALTER SYSTEM SET fsync = off", "fsync = off"),
    ("ALTER SYSTEM SET full_page_writes = off", "full_page_writes = off"),
]


@pytest.mark.parametrize(("statement", "says"), DANGERS, ids=[says for _, says in DANGERS])
def test_ingest_does_not_start_on_a_database_that_may_lose_what_it_committed_unless_told_to(
    clinic: str, durable_postgres: URL, statement: str, says: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", clinic)
    monkeypatch.setenv("HEARTHLINE_DATABASE__ACCEPT_UNSAFE", "false")
    upgrade(clinic)
    try:
        psql(durable_postgres, f"{statement};\nSELECT pg_reload_conf();")
        wait_until(lambda: says in durability_of(clinic))
        assert run(["ingest"]) == 1
        refused = capsys.readouterr().err
        assert refused.count("\n") == 1
        assert says in refused
        assert "accept_unsafe" in refused
        with capture_logs() as said:
            refuse_unsafe(Settings(DatabaseSettings(clinic, accept_unsafe=True)))
        assert [(line["event"], says in line["says"]) for line in said] == [("database.unsafe", True)]
    finally:
        psql(durable_postgres, "ALTER SYSTEM RESET ALL;\nSELECT pg_reload_conf();")


def durability_of(url: str) -> str:
    """What doctor calls dangerous there."""
    engine = create_engine(url)
    with Session(engine) as session:
        found = list(check_durability(Place(Settings(DatabaseSettings(url)), None, datetime.now(UTC)), session))
    engine.dispose()
    return " ".join(finding.says for finding in found if finding.standing == "dangerous")


def test_a_database_that_hangs_does_not_hang_doctor(clinic: str, durable_postgres: URL, place: Path) -> None:
    upgrade(clinic)
    run(["init", "--profile", "clinic", "--port", str(free_port()), str(place)])
    settings = place / "hearthline.toml"
    settings.write_text(settings.read_text().replace("postgresql:///hearthline?host=/var/run/postgresql", clinic))
    assert examined(place)[1]["database"]["standing"] == "ok"
    with standing_still(durable_postgres):
        done = subprocess.run(
            [sys.executable, "-m", "hearthline", "--config", str(settings), "doctor", "--json"],
            env=own_environment(), capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    found = {finding["check"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    assert (done.returncode, found["database"]["standing"]) == (1, "dangerous")
    assert "no answer in time" in found["database"]["says"]
    assert found["settings"]["standing"] == "ok"


@contextmanager
def standing_still(server: URL) -> Iterator[None]:
    """The server takes no connection any more; the system still does, on its behalf."""
    helper = psql(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").stdout.strip()
    parent = int(Path(f"/proc/{helper}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(parent, signal.SIGCONT)
