"""How fast paho receives QoS 1 with manual acknowledgement, over MQTT 3.1.1 and 5 (decision 0001), and over 3.1.1 with
fewer steps a message (`ingest.line.mqtt`).

The messages wait in the session of a persistent subscriber; the time runs from its connection to the last one. Needs
Mosquitto; publisher and broker share the machine, so read the figures as a ratio.
"""

import argparse
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

sys.path.insert(0, str(Path(__file__).parent.parent))

from ingest.line.mqtt import Line

VERSIONS = {"3.1.1": MQTTv311, "5": MQTTv5, "3.1.1 line": MQTTv311}
ACKNOWLEDGE_AT_ONCE = 100
TOPIC = "hearthline/v1/up/bench-0001/weight"
PAYLOAD = json.dumps(
    {
        "id": "01J9Z0W6-000041",
        "measured_at": "2026-01-05T07:12:00-05:00",
        "values": {"weight": {"value": 81.4, "unit": "kg"}},
    }
)
CONFIG = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 2000\n"


@contextlib.contextmanager
def broker() -> Iterator[int]:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
    if program is None:
        sys.exit("hearthline: this benchmark needs Mosquitto: apt install mosquitto")
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        config = Path(folder, "mosquitto.conf")
        config.write_text(CONFIG.format(port=port))
        process = subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL)
        try:
            yield port
        finally:
            process.terminate()
            process.wait(10)


def connect(client: Client, port: int, **arguments: Any) -> None:
    for _ in range(100):
        with contextlib.suppress(ConnectionRefusedError):
            client.connect("127.0.0.1", port, **arguments)
            return
        time.sleep(0.02)
    sys.exit("hearthline: Mosquitto did not start")


class Subscriber:
    """A persistent session; `done` is set with the last of `count` messages."""

    def __init__(self, name: str, count: int) -> None:
        version, self.left, self.done, self.ready = VERSIONS[name], count, threading.Event(), threading.Event()
        clean = {"clean_session": False} if version == MQTTv311 else {}
        kind = Line if name.endswith("line") else Client
        self.client = kind(CallbackAPIVersion.VERSION2, f"bench-{name}", protocol=version, manual_ack=True, **clean)
        self.received: list[int] = []
        self.keep: dict[str, Any] = {}
        if version == MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 600
            properties.ReceiveMaximum = 2000
            self.keep = {"clean_start": False, "properties": properties}
        self.client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self.receive

    def receive(self, client: Client, _data: object, message: MQTTMessage) -> None:
        self.left -= 1
        if isinstance(client, Line):
            self.received.append(message.mid)
            if self.left == 0 or len(self.received) == ACKNOWLEDGE_AT_ONCE:
                client.acknowledge(self.received)
                self.received.clear()
        else:
            client.ack(message.mid, message.qos)
        if self.left == 0:
            self.done.set()

    def session(self, port: int, until: threading.Event) -> float:
        """Seconds from the connection until `until` is set."""
        begun = time.perf_counter()
        connect(self.client, port, **self.keep)
        self.client.loop_start()
        reached = until.wait(120)
        seconds = time.perf_counter() - begun
        self.client.disconnect()
        self.client.loop_stop()
        return seconds if reached else float("nan")


def publish(port: int, count: int) -> None:
    client = Client(CallbackAPIVersion.VERSION2, "bench-publisher")
    client.max_inflight_messages_set(1000)
    connect(client, port)
    client.loop_start()
    sent = [client.publish(TOPIC, PAYLOAD, qos=1) for _ in range(count)]
    for each in sent:
        each.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def measure(name: str, count: int) -> float:
    """Messages a second."""
    with broker() as port:
        subscriber = Subscriber(name, count)
        subscriber.session(port, subscriber.ready)
        publish(port, count)
        return count / subscriber.session(port, subscriber.done)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    rates = {name: round(measure(name, chosen.messages)) for name in VERSIONS}
    if chosen.json:
        print(json.dumps({"messages": chosen.messages, "messages_per_second": rates}))
    else:
        for name, rate in rates.items():
            print(f"MQTT {name:<10} {rate:>8,} messages/s")


if __name__ == "__main__":
    main()
