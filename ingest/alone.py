"""The child that decodes alone: it imports little, so that it starts soon, and what it may use up is bounded."""

import os
import resource
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from ingest.decode import Decode

CPU_SECONDS: Final = 2  # 64 KiB take milliseconds, and two deaths have to fit into a lease
MEMORY: Final = 2 << 30


def serve(line: Connection, decode: Decode) -> None:
    """Say when it is there; then decode what comes, and say when that begins, until nobody asks any more."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # a lower limit may be set already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(EOFError, OSError):
        line.send(None)
        while True:
            payload, topic, received_at = line.recv()
            _, most = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS, most))
            line.send(None)
            try:
                outcomes = decode(payload, topic, received_at)
            except BaseException:  # noqa: BLE001, RUF100  out of memory, or a bug: in the worker it would be the end too
                os._exit(1)
            line.send(outcomes)
