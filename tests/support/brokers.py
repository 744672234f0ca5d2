"""Real MQTT brokers for tests: Debian's Mosquitto, and the embedded one in a process of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import absent, find_program, free_port
from tests.support.processes import Server, running, wait_for_port

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 2000
log_dest stderr
"""


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Server]:
    """An empty Mosquitto with the queue limits the durable profile asks for."""
    program = find_program("mosquitto", [Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/opt/homebrew/sbin")])
    if program is None:
        absent("mosquitto", "no such program is installed (Debian: apt install mosquitto)")
    port = free_port()
    config, log = tmp_path / "mosquitto.conf", tmp_path / "mosquitto.log"
    config.write_text(MOSQUITTO.format(port=port))
    with running([program, "-c", config], log) as process:
        wait_for_port(process, port, log)
        yield Server(f"mqtt://127.0.0.1:{port}", "127.0.0.1", port, process)


EMBEDDED = """\
from iotcore import IotCoreBroker
IotCoreBroker(port={port}, listen="127.0.0.1", max_payload_size=131072).run_forever()
"""


@pytest.fixture
def embedded_broker(tmp_path: Path) -> Iterator[Server]:
    """The broker of the demo, empty."""
    port, log = free_port(), tmp_path / "embedded-broker.log"
    with running([sys.executable, "-c", EMBEDDED.format(port=port)], log) as process:
        wait_for_port(process, port, log)
        yield Server(f"mqtt://127.0.0.1:{port}", "127.0.0.1", port, process)
