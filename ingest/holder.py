"""What a process calls itself in the lease it holds, and whether the one of that name is gone for sure.

`host:pid:place.start.random`: `place` tells this boot of this machine from every other, `start` this process from a
later one of the same number.
"""

import os
import secrets
import socket
from hashlib import sha256
from pathlib import Path
from typing import Final

LONGEST: Final = 60  # characters of a host's name that are kept


def name_holder() -> str:
    """A new name for a lease of this process."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_place()}.{_start(pid)}.{secrets.token_hex(3)}"


def is_gone(holder: str) -> bool:
    """True only when it is sure: it ran here, in this boot and view of processes, and does not any more."""
    _, pid, place, start = _parts(holder)
    if not place or place != _place():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start(int(pid)) not in (start, "")


def show_holder(holder: str) -> str:
    """For people: host and process."""
    host, pid, *_ = _parts(holder)
    return f"process {pid} on {host}"


def _parts(holder: str) -> tuple[str, str, str, str]:
    """Host, process id, place and start; empty what the name does not say."""
    host, _, rest = holder.partition(":")
    pid, _, rest = rest.partition(":")
    place, _, rest = rest.partition(".")
    return host, pid, place, rest.partition(".")[0]


def _host() -> str:
    return socket.gethostname().replace(":", "-")[:LONGEST]


def _place() -> str:
    """Empty where it cannot be known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        return sha256(f"{boot}{Path('/proc/self/ns/pid').readlink()}".encode()).hexdigest()[:8]
    except OSError:
        return ""


def _start(pid: int) -> str:
    """In clock ticks since the boot; `dead` for one that only waits to be buried; empty where it cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "dead" if fields[0] in "ZX" else fields[19]
