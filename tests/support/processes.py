"""Servers of a test: started on a free loopback port, ended by their process id."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 20.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url` is what a client is given."""

    url: str
    host: str
    port: int
    process: subprocess.Popen[bytes]


def plain_user(*names: str) -> pwd.struct_passwd | None:
    """Whom to run a server as that refuses root: None when we are not root, else the first of `names` that exists."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in names if name in known)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], log: Path, *, user: pwd.struct_passwd | None = None, end: int = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """The program while the block runs; its output goes to `log`. Ended by `end`, killed when that is not enough."""
    drop = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, **drop,  # type: ignore[call-overload]  # a group of its own: Ctrl-C is ours to handle
        )  # fmt: skip
    try:
        yield process
    finally:
        stop(process, end)


def stop(process: subprocess.Popen[bytes], end: int = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(end)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when somebody listens on loopback; raise with the end of the log when the program ended instead."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not listen on {port}: {log.read_text(errors='replace')[-800:]}")
