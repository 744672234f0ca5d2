"""Node-RED with its SQLite node against ours on SQLite: the same messages, stored a second, and lost on one kill.

Node-RED is installed by npm into a cache folder of the user, never into the project.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.parts.drains import Figures
from benchmarks.support.drain import (
    COUNT,
    OURS,
    Program,
    asking,
    drain,
    make_session,
    publish_all,
    settings,
    until,
    write_messages,
)
from benchmarks.support.load import messages
from benchmarks.support.place import SQLITE, Place
from benchmarks.support.servers import free_port, running

PACKAGES = ("node-red@4", "node-red-node-sqlite@2")
TABLE = "CREATE TABLE reading (id TEXT, topic TEXT, measured_at TEXT, body TEXT)"
INSERT = "INSERT INTO reading (id, topic, measured_at, body) VALUES ($id, $topic, $at, $body)"
MAKE = (
    "msg.params = {$id: msg.payload.id, $topic: msg.topic, $at: msg.payload.measured_at,"
    " $body: JSON.stringify(msg.payload.values)}; return msg;"
)
QUIET = 5.0  # seconds without a new row that end the wait after a kill


def measure(place: Place) -> Figures:
    figures: Figures = {"lost": _lost_by_us(place)}
    try:
        node_red = install()
        rate, lost = _of_node_red(place, node_red)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        place.say(f"Node-RED cannot be measured here: {error}")
        return figures | {"node_red_ratio": None}
    with place.open(SQLITE) as (port, url, folder):
        mine = drain(OURS, port, url, folder, place.scale.backlog)
    place.say(f"Node-RED {rate:,.0f}/s and {lost:,} lost, ours {mine:,.0f}/s and {figures['lost']} lost")
    return figures | {"node_red_ratio": round(mine / rate, 2), "node_red_rate": round(rate), "node_red_lost": lost}


def install() -> Path:
    """Node-RED's program; npm needs a registry, once."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hearthline-bench/node-red"
    program = folder / "node_modules/node-red/red.js"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("npm is not installed (Debian: apt install npm)")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        subprocess.run([npm, "install", "--no-audit", "--no-fund", *PACKAGES], cwd=folder, check=True, timeout=900,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    return program


def _of_node_red(place: Place, program: Path) -> tuple[float, int]:
    """Readings a second while a backlog is drained, and how many of another are lost when it is killed half-way."""
    count = place.scale.messages_of_peers
    with place.open(SQLITE) as (port, _, folder):
        peer, stored = _prepare(program, port, folder)
        _queue(peer, port, folder, count)
        with running(peer.command(port, ""), folder / "run.log"):
            until(lambda: stored() > 0)
            begun, first = time.monotonic(), stored()
            until(lambda: stored() >= count)
            rate = (count - first) / (time.monotonic() - begun)
        _queue(peer, port, folder, count, seed=2)
        _kill_once(peer, port, folder, stored, count + count // 2)
        with running(peer.command(port, ""), folder / "again.log"):
            return rate, 2 * count - _when_quiet(stored)


def _prepare(program: Path, port: int, folder: Path) -> tuple[Program, Callable[[], int]]:
    file = folder / "peer.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(TABLE)
    home = folder / "home"
    home.mkdir()
    (home / "node_modules").symlink_to(program.parents[1])
    (home / "flows.json").write_text(json.dumps(_flow(port, file)))
    (home / "settings.js").write_text(
        f"module.exports = {{uiPort: {free_port()}, uiHost: '127.0.0.1', flowFile: 'flows.json', httpAdminRoot: false}}"
    )
    command = ["node", str(program), "--userDir", str(home), "--settings", str(home / "settings.js")]

    def stored() -> int:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30) as connection:
            return int(connection.execute("SELECT count(*) FROM reading").fetchone()[0])

    return Program(
        "node-red", lambda _port, _url: command, says="Connected to broker", settles=3.0, unsubscribes=True
    ), stored


def _flow(port: int, file: Path) -> list[dict[str, object]]:
    broker = {
        "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(port), "clientid": "node-red",
        "autoConnect": True, "protocolVersion": "4", "keepalive": "60", "cleansession": False,
    }  # fmt: skip
    hear = {
        "id": "hear", "type": "mqtt in", "z": "tab", "topic": "hearthline/v1/up/#", "qos": "1", "datatype": "json",
        "broker": "broker", "inputs": 0, "wires": [["make"]],
    }  # fmt: skip
    make = {"id": "make", "type": "function", "z": "tab", "func": MAKE, "outputs": 1, "wires": [["store"]]}
    store = {
        "id": "store",
        "type": "sqlite",
        "z": "tab",
        "mydb": "db",
        "sqlquery": "prepared",
        "sql": INSERT,
        "wires": [[]],
    }
    database = {"id": "db", "type": "sqlitedb", "db": str(file), "mode": "RWC"}
    return [{"id": "tab", "type": "tab", "label": "readings"}, broker, database, hear, make, store]


def _queue(peer: Program, port: int, folder: Path, count: int, seed: int = 1) -> None:
    """Messages that were PUBACKed while the subscriber was away."""
    make_session(peer, port, "", folder)
    publish_all(port, write_messages(folder, messages(count, seed)), folder)


def _kill_once(program: Program, port: int, folder: Path, stored: Callable[[], int], at: int) -> None:
    with running(program.command(port, ""), folder / "killed.log") as process:
        until(lambda: stored() >= at, every=0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()


def _when_quiet(stored: Callable[[], int]) -> int:
    """How many are stored once no more come."""
    before, since = stored(), time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(0.2)
        if (now := stored()) != before:
            before, since = now, time.monotonic()
    return before


def _lost_by_us(place: Place) -> int:
    """Ours killed half-way with SIGKILL: PUBACKed and not stored after a restart."""
    count = place.scale.messages_of_peers
    with place.open(SQLITE) as (port, url, folder), asking(url) as ask:
        make_session(OURS, port, url, folder)
        publish_all(port, write_messages(folder, messages(count)), folder)
        with running(OURS.command(port, url), folder / "killed.log", **settings(port, url)) as process:
            until(lambda: ask(COUNT) >= count // 2, every=0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
        with running(OURS.command(port, url), folder / "again.log", **settings(port, url)):
            return count - _when_quiet(lambda: ask(COUNT))
