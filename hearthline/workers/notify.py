"""What a process says of itself to whoever started it, in the words of systemd's sd_notify: READY=1, WATCHDOG=1,
STOPPING=1, as datagrams to the socket that $NOTIFY_SOCKET names."""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

VARIABLE: Final = "NOTIFY_SOCKET"
PAUSE: Final = 1.0  # seconds between two repetitions of the same


@dataclass(slots=True)
class Notifier:
    """Says nothing where nobody listens."""

    address: str
    said: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Notifier":
        return cls(environ.get(VARIABLE, ""))

    def tell(self, state: str) -> None:
        now = time.monotonic()
        if self.address and now - self.said.get(state, -PAUSE) >= PAUSE:
            self.said[state] = now
            name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.setblocking(False)
                line.sendto(state.encode(), name)


class Listener:
    """The other side, for one child."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(self.address)
        self._line.setblocking(False)

    def hear(self) -> list[str]:
        """What was said since the last time."""
        heard: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(self._line.recv(200).decode(errors="replace"))
        return heard

    def close(self) -> None:
        self._line.close()
        os.unlink(self.address)
