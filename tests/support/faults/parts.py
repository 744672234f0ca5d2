"""The real processes of an installation, each of which can be killed and started again where it stood."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.places import find_program, free_port
from tests.support.postgres import reachable, server_programs
from tests.support.processes import plain_user, wait_for_port
from tests.support.processes import stop as stop_process
from tests.support.working import environment

# Durable as far as Mosquitto can be: what it keeps is written every second, and no queue is limited in number.
DURABLE = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
max_queued_messages 0
max_inflight_messages 2000
max_packet_size 131072
log_dest none
"""
POSTGRES = (
    "fsync=on",
    "synchronous_commit=on",
    "max_connections=40",
    "timezone=UTC",
    "shared_buffers=32MB",
    "max_wal_size=256MB",
)


@dataclass(slots=True)
class Part:
    """One process. `lives` counts its starts; what it says goes to `log`."""

    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    lives: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: int) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self, end: int = signal.SIGTERM) -> None:
        if self.process is not None:
            stop_process(self.process, end)

    def spawn(self, command: Sequence[str | Path], user: str | None = None, **more: object) -> None:
        assert not self.alive, "one at a time"
        entry = plain_user(user) if user else None
        drop = {} if entry is None else {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, **(drop | more),  # type: ignore[call-overload]  # a group of its own: Ctrl-C is ours
            )  # fmt: skip
        self.lives += 1


@dataclass(slots=True)
class Broker(Part):
    """Mosquitto at one port for good, with what it keeps in `folder`."""

    folder: Path = Path()
    port: int = field(default_factory=free_port)
    settings: str = DURABLE

    def start(self) -> None:
        program = find_program("mosquitto", [Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/opt/homebrew/sbin")])
        assert program is not None, "this needs Mosquitto: apt install mosquitto"
        config = self.folder / "mosquitto.conf"
        config.write_text(self.settings.format(port=self.port, folder=self.folder))
        entry = plain_user("mosquitto", "nobody")
        if entry is not None:
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.spawn([program, "-c", config])
        assert self.process is not None
        wait_for_port(self.process, self.port, self.log)

    def lose_state(self) -> None:
        (self.folder / "mosquitto.db").unlink(missing_ok=True)


@dataclass(slots=True)
class Postgres(Part):
    """A cluster of its own, with everything on that makes it durable."""

    folder: Path = Path()
    port: int = field(default_factory=free_port)

    def url(self, port: int) -> str:
        return f"postgresql+psycopg://hearthline@127.0.0.1:{port}/postgres"

    def make(self) -> None:
        programs, user = self._programs(), plain_user("postgres", "nobody")
        self.folder.mkdir(exist_ok=True)
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        made = [programs / "initdb", "-D", self.folder / "data", "-U", "hearthline", "-A", "trust", "-E", "UTF8"]
        self.spawn([*made, "--locale=C", "--no-sync"], "postgres")
        assert self.process is not None
        assert self.process.wait(60) == 0, self.log.read_text()[-800:]

    def start(self) -> None:
        """Tried again while what is left of a killed server still holds its memory."""
        settings = [part for setting in POSTGRES for part in ("-c", setting)]
        where = ["-D", self.folder / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", self.folder]
        for _ in range(40):
            self.spawn([self._programs() / "postgres", *where, *settings], "postgres")
            try:
                return wait_for_port(self.process, self.port, self.log)  # type: ignore[arg-type]  # spawned just above
            except RuntimeError:
                self.kill()
                time.sleep(0.25)
        raise RuntimeError(self.log.read_text()[-800:])

    def _programs(self) -> Path:
        found = server_programs()
        assert found is not None, "this needs PostgreSQL: apt install postgresql"
        return reachable(found, self.folder, plain_user("postgres", "nobody"))


@dataclass(slots=True)
class IngestPart(Part):
    """`hearthline ingest`, as a service manager would run it; `within` is a command that starts it elsewhere."""

    database_url: str = ""
    broker_url: str = ""
    workers: int = 1
    extra: dict[str, str] = field(default_factory=dict)
    within: Sequence[str] = ()

    def start(self) -> None:
        number = ["--workers", str(self.workers)] if self.workers > 1 else []
        surroundings = {**environment(self.database_url, self.broker_url), **self.extra}
        command = [*self.within, sys.executable, "-m", "hearthline", "ingest", *number]
        self.spawn(command, env=surroundings, cwd=self.log.parent)

    def processes(self) -> list[int]:
        """Process ids: itself, and the workers where it has some."""
        if self.process is None or not self.alive:
            return []
        return [self.process.pid, *children(self.process.pid)]


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def resident_mib(pid: int) -> float:
    """Resident memory now; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
