"""A device that is killed or loses its power at any moment has every reading that it said it took."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from select import select

import pytest

from device.buffer import Buffer
from device.errors import BufferFullError
from device.readings import Reading
from device.shelf import Shelf
from tests.support.answering import answering, elements
from tests.support.places import absent, free_port
from tests.support.processes import Server
from tests.support.taking import start_taking

pytestmark = pytest.mark.slow
LIVES = 8
WEIGHING = Reading("weight", {"weight": (70, "kg")}, datetime(2026, 1, 5, tzinfo=UTC))
PATIENCE = 20.0


class Life:
    """A process that takes readings; `taken` are the ids it said it took, `synced` the log's length by then."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process, self.taken, self.synced, self._rest = process, list[str](), 0, ""
        self._pipe = process.stdout.fileno()

    def listen(self, seconds: float) -> None:
        """Hear what it says for so long."""
        until = time.monotonic() + seconds
        while select([self._pipe], [], [], max(until - time.monotonic(), 0.0))[0]:
            heard = os.read(self._pipe, 65536).decode()
            *lines, self._rest = (self._rest + heard).split("\n")
            for line in lines:
                name, synced = line.split()
                self.taken.append(name)
                self.synced = int(synced)
            if not heard or time.monotonic() > until:
                return

    def wait_for_first(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.taken:
            assert time.monotonic() < until, "it takes nothing"
            self.listen(0.01)


@contextmanager
def life(buffer: Path, broker: str, count: int = 10**9, flush: float = 0.0) -> Iterator[Life]:
    """Killed at the end of the block, and heard out."""
    process = start_taking(buffer, broker, count, flush)
    one = Life(process)
    try:
        one.wait_for_first()
        yield one
    finally:
        process.kill()
        process.wait()
        one.listen(0.0)
        assert process.stdout is not None
        process.stdout.close()


def kept(buffer: Path) -> list[str]:
    """The ids in the file, read without the SDK, in the order of their numbers."""
    with closing(sqlite3.connect(buffer)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        payloads = database.execute("SELECT payload FROM message ORDER BY number").fetchall()
    return [body["id"] for (payload,) in payloads for body in elements(payload)]


def nowhere() -> str:
    return f"mqtt://127.0.0.1:{free_port()}"


def test_killed_at_any_moment_it_has_what_it_took_and_counts_on_without_a_gap(tmp_path: Path) -> None:
    buffer, chance, taken = tmp_path / "buffer.db", Random(4711), list[str]()
    for _ in range(LIVES):
        with life(buffer, nowhere()) as one:
            one.listen(chance.uniform(0.0, 0.3))
        taken += one.taken
    found = kept(buffer)
    assert Counter(taken) - Counter(found) == Counter()
    assert len(found) == len(set(found)) <= len(taken) + LIVES, "at most one a life was kept and not said"
    assert [int(name.rpartition("-")[2]) for name in found] == list(range(1, len(found) + 1))
    assert len({name.partition("-")[0] for name in found}) == LIVES


def test_killed_while_it_sends_everything_it_took_arrives_each_reading_with_the_same_bytes(
    mosquitto: Server, tmp_path: Path
) -> None:
    buffer, chance, taken = tmp_path / "buffer.db", Random(42), list[str]()
    with answering(mosquitto, deaf=lambda _, times: times == 1 and chance.random() < 0.3) as other:
        for _ in range(6):
            with life(buffer, mosquitto.url) as one:
                one.listen(chance.uniform(0.05, 0.4))
            taken += one.taken
        with life(buffer, mosquitto.url, 1, flush=PATIENCE) as last:
            assert last.process.wait(PATIENCE) == 0, "all of it has its receipt"
        taken += last.taken
    assert set(taken) <= other.ids
    texts = {(body["id"], json.dumps(body)) for payload in other.heard for body in elements(payload)}
    assert len(texts) == len(other.ids), "no reading was ever sent in two ways"
    assert len(other.ids) > 100


def snapshot(one: Life, buffer: Path, folder: Path) -> Path:
    """The files as they are at one moment, and what the process had said by then."""
    one.process.send_signal(signal.SIGSTOP)
    one.listen(0.05)
    folder.mkdir()
    for file in buffer.parent.glob(buffer.name + "*"):
        shutil.copy(file, folder)
    one.process.send_signal(signal.SIGCONT)
    return folder / buffer.name


def test_a_copy_of_the_files_at_any_moment_has_what_was_taken_by_then(tmp_path: Path) -> None:
    """Long enough for SQLite to move its log into the file several times."""
    (tmp_path / "device").mkdir()
    buffer, chance = tmp_path / "device" / "buffer.db", Random(7)
    with life(buffer, nowhere()) as one:
        for number in range(12):
            one.listen(chance.uniform(0.0, 0.3))
            copy = snapshot(one, buffer, tmp_path / f"cut-{number}")
            said = list(one.taken)
            assert set(said) <= set(kept(copy))
    assert len(said) > 150


@pytest.mark.parametrize("seed", range(4))
def test_what_the_disk_had_not_been_told_to_keep_may_be_lost_or_nonsense_after_a_power_cut(
    tmp_path: Path, seed: int
) -> None:
    """A disk may have kept any part of what was written since it was last told to keep everything."""
    (tmp_path / "device").mkdir()
    buffer, chance = tmp_path / "device" / "buffer.db", Random(seed)
    with life(buffer, nowhere(), 150, flush=60.0) as one:
        one.listen(chance.uniform(0.0, 0.2))
        copy = snapshot(one, buffer, tmp_path / "cut")
        said, synced = list(one.taken), one.synced
    log = copy.with_name(copy.name + "-wal")
    rest = chance.randbytes(chance.randrange(9000))
    log.write_bytes(log.read_bytes()[:synced] + rest)
    assert set(said) <= set(kept(copy))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own with room for a dozen readings."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        absent("tmpfs", "mounting one needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def take_many(buffer: Buffer, taken: list[str]) -> None:
    for _ in range(1000):
        taken.append(buffer.take(WEIGHING, 0.0))


def test_on_a_full_disk_it_says_so_keeps_what_it_has_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        shelf = Shelf(disk / "buffer.db")
        buffer, taken = Buffer("scale-0001", shelf, "BOOT0001", Random(1)), list[str]()
        with pytest.raises(BufferFullError, match="has the disk room"):
            take_many(buffer, taken)
        with pytest.raises(BufferFullError):
            take_many(buffer, taken)
        assert buffer.readings == len(taken) > 5
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        taken.append(buffer.take(WEIGHING, 0.0))
        shelf.close()
        assert kept(disk / "buffer.db") == taken
        numbers = [int(name.rpartition("-")[2]) for name in taken]
        assert numbers[:-1] == list(range(1, len(taken)))
        assert numbers[-1] >= len(taken)
