"""Payloads that kill whoever decodes them, as a fault in a decoder written in C would; run as a module, a worker with
that fault: `python -m tests.support.poison DATABASE HOST PORT`."""

import os
import signal
import sys
import time
from datetime import datetime

from ingest.decode import decode
from ingest.decoded import Outcome


def deadly(payload: bytes, topic: str, received_at: datetime) -> list[Outcome]:
    """The mark says how: killed, out of memory, for ever busy, or slow for the sake of whoever wants to kill it."""
    if b"kill" in payload:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"memory" in payload:
        len(bytes(4 << 30))
    while b"spin" in payload:
        pass
    if b"slow" in payload:
        time.sleep(1)
    return decode(payload, topic, received_at)


def main(database: str, host: str, port: str) -> None:
    from threading import Event  # here: what decodes needs none of these

    from ingest.mqtt import BrokerAddress
    from ingest.settings import WorkerSettings
    from ingest.worker import run

    run(WorkerSettings(database, BrokerAddress(host, int(port)), Event(), decode=deadly))


if __name__ == "__main__":
    main(*sys.argv[1:])
