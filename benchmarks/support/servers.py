"""The processes of a benchmark: started on loopback, ended by their process id."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 2000
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


ROOT = Path(__file__).parent.parent.parent
PATH = [str(ROOT)]  # on which every program started here finds its modules


@contextlib.contextmanager
def first_rules() -> Iterator[None]:
    """Programs started in the block judge by the rules of the first issue alone."""
    PATH.insert(0, str(ROOT / "benchmarks/support/first_rules"))
    yield
    PATH.pop(0)


def environment(**settings: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(PATH), **settings}


@contextlib.contextmanager
def running(command: Sequence[str], log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment(**settings), start_new_session=True
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def broker(kind: str, folder: Path) -> Iterator[int]:
    """An empty broker, `embedded` or `mosquitto`, on a free port."""
    port = free_port()
    if kind == "mosquitto":
        config = folder / "mosquitto.conf"
        config.write_text(MOSQUITTO.format(port=port))
        command = [
            shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") or kind,
            "-c",
            str(config),
        ]
    else:
        command = [sys.executable, "-m", "hearthline", "broker"]
    with running(command, folder / f"{kind}.log", HEARTHLINE_BROKER__URL=f"mqtt://127.0.0.1:{port}"):
        _wait(port)
        yield port


def _wait(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")
