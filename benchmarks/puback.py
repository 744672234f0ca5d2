"""What a device loses that knows only PUBACK: the broker is killed with SIGKILL, started again, and what it still has
of the messages it had acknowledged is counted, for each way of setting it up.

A persistent subscriber is away meanwhile, as ingest is while it is being upgraded; so all of it waits at the broker.
The median and the worst of several kills at random moments. Needs Mosquitto. `--json FILE` keeps what was measured.
"""

import argparse
import contextlib
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.support.servers import free_port

TOPIC = "hearthline/v1/up/bench-0001/weight"
PAYLOAD = json.dumps({"id": "01J9Z0W6-000041", "measured_at": "2026-01-05T07:12:00Z",
                      "values": {"weight": {"value": 81.4, "unit": "kg"}}})  # fmt: skip
BASE = "listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\nmax_inflight_messages 2000\n"
KEPT = "persistence true\npersistence_location {folder}/\n"
UNLIMITED = "max_queued_messages 0\n"
# What the broker is told, from what Debian installs to what the profiles write.
SETTINGS = {
    "as installed: written every 1800 s, 1000 in a queue": KEPT,
    "no limit of the queue": KEPT + UNLIMITED,
    "autosave_on_changes true, autosave_interval 1":
        KEPT + UNLIMITED + "autosave_on_changes true\nautosave_interval 1\n",
    "autosave_on_changes true, autosave_interval 100":
        KEPT + UNLIMITED + "autosave_on_changes true\nautosave_interval 100\n",
    "autosave_interval 1 (the profiles)": KEPT + UNLIMITED + "autosave_interval 1\n",
    "autosave_interval 1, 1000 in a queue": KEPT + "autosave_interval 1\n",
}  # fmt: skip


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Mosquitto gives up root for a user of its own, who must be able to write here."""
    made = Path(tempfile.mkdtemp(prefix="hearthline-puback-"))
    made.chmod(0o777)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def start(config: Path, port: int) -> "subprocess.Popen[bytes]":
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
    if program is None:
        sys.exit("hearthline: this benchmark needs Mosquitto: apt install mosquitto")
    process = subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL)
    connect(Client(CallbackAPIVersion.VERSION2, "probe"), port).disconnect()
    return process


def connect(client: Client, port: int) -> Client:
    for _ in range(200):
        with contextlib.suppress(OSError):
            client.connect("127.0.0.1", port)
            return client
        time.sleep(0.02)
    sys.exit("hearthline: Mosquitto did not start")


def subscriber() -> Client:
    return Client(CallbackAPIVersion.VERSION2, "bench-away", clean_session=False)


def subscribe(port: int) -> None:
    """A session that the broker keeps messages for."""
    done, client = threading.Event(), subscriber()
    client.on_subscribe = lambda *_: done.set()
    client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
    connect(client, port).loop_start()
    done.wait(10)
    client.disconnect()
    client.loop_stop()


def publish_until_killed(process: "subprocess.Popen[bytes]", port: int, rate: float, after: float) -> tuple[int, float]:
    """Publish at `rate`/s; SIGKILL after so many seconds. Answers PUBACKs seen, and PUBACKs a second."""
    client = Client(CallbackAPIVersion.VERSION2, "bench-device")
    client.max_inflight_messages_set(200)
    acknowledged = [0]
    client.on_publish = lambda *_: acknowledged.__setitem__(0, acknowledged[0] + 1)
    connect(client, port).loop_start()
    begin, number = time.monotonic(), 0
    while (spent := time.monotonic() - begin) < after:
        while number < spent * rate:
            client.publish(TOPIC, PAYLOAD, qos=1)
            number += 1
        time.sleep(0.005)
    process.kill()
    process.wait()
    time.sleep(0.2)  # what it had sent before it died is still heard
    found, seconds = acknowledged[0], time.monotonic() - begin - 0.2
    client.loop_stop()
    return found, found / seconds


def still_there(port: int) -> int:
    """Messages that the broker has for the session, until none came for half a second."""
    heard, last, client = [0], [time.monotonic()], subscriber()

    def hear(_client: Client, _data: Any, _message: MQTTMessage) -> None:
        heard[0], last[0] = heard[0] + 1, time.monotonic()

    client.on_message = hear
    connect(client, port).loop_start()
    while time.monotonic() - last[0] < 0.7:
        time.sleep(0.05)
    client.disconnect()
    client.loop_stop()
    return heard[0]


def kill_once(settings: str, rate: float, chance: random.Random) -> dict[str, float]:
    with folder() as place:
        port, config = free_port(), place / "mosquitto.conf"
        config.write_text((BASE + settings).format(port=port, folder=place))
        process = start(config, port)
        try:
            subscribe(port)
            acknowledged, pace = publish_until_killed(process, port, rate, chance.uniform(3.0, 6.0))
            process = start(config, port)
            left = still_there(port)
        finally:
            process.kill()
            process.wait()
    return {"acknowledged": acknowledged, "lost": max(acknowledged - left, 0), "pubacks_per_s": round(pace)}


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    chance, measured = random.Random(arguments.seed), []
    for name, settings in SETTINGS.items():
        runs = [kill_once(settings, arguments.rate, chance) for _ in range(arguments.kills)]
        lost = [run["lost"] for run in runs]
        row = {
            "settings": name, "kills": len(runs), "rate": arguments.rate,
            "acknowledged": sum(run["acknowledged"] for run in runs), "lost": sum(lost),
            "lost_median": statistics.median(lost),
            "lost_worst": max(lost), "pubacks_per_s": statistics.median(run["pubacks_per_s"] for run in runs),
        }  # fmt: skip
        measured.append(row)
        print(json.dumps(row) if arguments.json else line(row), flush=True)
    return measured


def line(row: dict[str, Any]) -> str:
    return (f"{row['settings']:55} lost {row['lost']:>7} of {row['acknowledged']:>7}"
            f"  (a kill: median {row['lost_median']:.0f}, worst {row['lost_worst']:.0f})"
            f"  {row['pubacks_per_s']:.0f} PUBACK/s")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="JSON lines, one a setting")
    parser.add_argument("--out", type=Path, help="keep them here, for docs/make_reliability.py")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1000.0, help="messages a second")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    measured = measure(arguments)
    if arguments.out:
        arguments.out.write_text("".join(json.dumps(row) + "\n" for row in measured))


if __name__ == "__main__":
    main()
