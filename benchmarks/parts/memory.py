"""A day's outage: four readings of each patient wait in Mosquitto, and one worker drains them. Its memory is the peak
that the kernel saw (VmHWM); flat means that it does not grow with what was drained."""

import time
from pathlib import Path

from benchmarks.parts.drains import Figures
from benchmarks.support.drain import (
    COUNT,
    OURS,
    asking,
    make_session,
    publish_all,
    settings,
    until,
    write_messages,
)  # fmt: skip
from benchmarks.support.load import messages
from benchmarks.support.place import POSTGRES, Place
from benchmarks.support.servers import running

READINGS_A_DAY = 4


def measure(place: Place) -> Figures:
    count = place.scale.outage
    patients = count // READINGS_A_DAY
    with place.open(POSTGRES, patients) as (port, url, folder):
        make_session(OURS, port, url, folder)
        publish_all(port, write_messages(folder, messages(count, patients=patients)), folder)
        command = OURS.command(port, url)
        with running(command, folder / "ours.log", **settings(port, url)) as worker, asking(url) as ask:
            until(lambda: ask(COUNT) >= count // 4, every=0.2)
            begun, first, early = time.monotonic(), ask(COUNT), _mib(worker.pid, "VmHWM")
            until(lambda: ask(COUNT) >= count, every=0.2)
            rate, peak = (count - first) / (time.monotonic() - begun), _mib(worker.pid, "VmHWM")
    place.say(
        f"{count:,} readings of {patients:,} patients at {rate:,.0f}/s: {early} MiB after a quarter, {peak} at most"
    )
    return {"memory_mib": peak, "memory_mib_after_a_quarter": early, "outage_rate": round(rate), "outage": count}


def _mib(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))
