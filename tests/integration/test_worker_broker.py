"""The worker and its broker: refused it ends and says why, cut off it comes back, and acknowledges nothing twice."""

import base64
import hashlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.mqtt import BrokerAddress
from ingest.worker import BrokerRefusedError
from models.tables import Message
from tests.support.brokers import MOSQUITTO
from tests.support.desks import CUFF, Desk, counts, desk_at, pressure
from tests.support.holding import holding
from tests.support.places import absent, find_program, free_port
from tests.support.processes import Server, running, wait_for_port
from tests.support.scripted import PUBLISH, Line, scripted
from tests.support.speaking import speaking, wait_until
from tests.support.working import environment, ingesting, start_ingest, working

pytestmark = pytest.mark.slow
TOPIC = f"hearthline/v1/up/{CUFF}/blood_pressure"
SBIN = [Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/opt/homebrew/sbin")]


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


@pytest.fixture
def program() -> Path:
    found = find_program("mosquitto", SBIN)
    if found is None:
        absent("mosquitto", "no such program is installed (Debian: apt install mosquitto)")
    return found


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def body(n: int) -> bytes:
    return json.dumps(minute(n)).encode()


def test_a_broker_that_dies_is_waited_for_and_nothing_is_lost(
    desk: Desk, sqlite_database: str, program: Path, tmp_path: Path
) -> None:
    """Each life begins without any memory, as after a lost volume: the subscription is made anew."""
    port, log = free_port(), tmp_path / "mosquitto.log"
    config = tmp_path / "mosquitto.conf"
    config.write_text(MOSQUITTO.format(port=port))
    server = Server(f"mqtt://127.0.0.1:{port}", "127.0.0.1", port, None)  # type: ignore[arg-type]  # it has three lives
    with working(sqlite_database, server, subscribed=False) as worker:
        worker.wait_for("broker.away")
        for life in range(3):
            with running([program, "-c", config], log, end=signal.SIGKILL) as process:
                wait_for_port(process, port, log)
                worker.wait_for("broker.subscribed", life + 1)
                with speaking(server) as device:
                    device.say(*(minute(life * 100 + n) for n in range(50)))
                    device.wait_for(50)
            worker.wait_for("broker.away", life + 2)
    assert len(desk.readings()) == 150
    assert worker.count("broker.away") == 4
    assert worker.ended == []


def test_a_worker_without_a_broker_stops_when_asked(desk: Desk, sqlite_database: str) -> None:
    with working(sqlite_database, BrokerAddress("127.0.0.1", free_port()), subscribed=False) as worker:
        worker.wait_for("broker.away")
    assert worker.count("broker.away") == 1
    assert worker.ended == []


def hashed(password: str) -> dict[str, object]:
    salt = b"12 bytes salt"[:12]
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return {"password": base64.b64encode(digest).decode(), "salt": base64.b64encode(salt).decode(), "iterations": 101}


@pytest.fixture
def strict_broker(program: Path, tmp_path: Path) -> Iterator[Server]:
    """Mosquitto with its dynamic-security plugin: `ingest` may connect with `right`, and subscribe to nothing."""
    plugins = sorted(Path("/usr").glob("lib*/**/mosquitto_dynamic_security.so"))
    if not plugins:
        absent("mosquitto", "it came without its dynamic-security plugin")
    rules = tmp_path / "rules.json"
    access = {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}
    client = {"username": "ingest", "roles": [], **hashed("right")}
    rules.write_text(json.dumps({"clients": [client], "roles": [], "groups": [], "defaultACLAccess": access}))
    port, config, log = free_port(), tmp_path / "strict.conf", tmp_path / "strict.log"
    listener = MOSQUITTO.format(port=port).replace("allow_anonymous true", "allow_anonymous false")
    config.write_text(f"user root\n{listener}plugin {plugins[0]}\nplugin_opt_config_file {rules}\n")
    with running([program, "-c", config], log) as process:
        wait_for_port(process, port, log)
        yield Server(f"mqtt://ingest:right@127.0.0.1:{port}", "127.0.0.1", port, process)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("wrong", "refused the connection: Not authorized"),
        ("right", "did not grant QoS 1 on hearthline/v1/up/#"),
    ],
)
def test_a_broker_that_refuses_ends_the_worker_with_its_reason(
    desk: Desk, sqlite_database: str, strict_broker: Server, password: str, reason: str
) -> None:
    address = BrokerAddress("127.0.0.1", strict_broker.port, username="ingest", password=password)
    with working(sqlite_database, address, subscribed=False) as worker:
        worker.thread.join(20)
    [error] = worker.ended
    assert isinstance(error, BrokerRefusedError)
    assert reason in str(error)
    assert password not in str(error)


def test_refused_the_command_exits_4_with_one_line(
    desk: Desk, sqlite_database: str, strict_broker: Server, tmp_path: Path
) -> None:
    ingest = start_ingest(sqlite_database, strict_broker.url, tmp_path / "ingest.log")
    assert ingest.process.wait(20) == 4
    *events, line = ingest.said.splitlines()
    assert [json.loads(event)["event"] for event in events] == ["lease.taken", "broker.connected"]
    assert line.startswith("hearthline: ")
    assert "QoS 1" in line
    assert "right" not in ingest.said


def test_refused_several_workers_end_with_the_same_code(
    desk: Desk, sqlite_database: str, strict_broker: Server, tmp_path: Path
) -> None:
    ingest = start_ingest(sqlite_database, strict_broker.url, tmp_path / "ingest.log", "--workers", "2")
    assert ingest.process.wait(30) == 4
    assert "did not grant QoS 1 on $share/hearthline/hearthline/v1/up/#" in ingest.said
    assert "worker.died" not in ingest.said


@pytest.mark.parametrize("granted", [0, 2, 0x80])
def test_a_subscription_at_another_quality_is_refused(desk: Desk, sqlite_database: str, granted: int) -> None:
    def grants(line: Line) -> None:
        line.welcome()
        line.grant(granted)

    with scripted(grants) as (host, port), working(sqlite_database, BrokerAddress(host, port), subscribed=False) as it:
        it.thread.join(20)
    assert [type(error) for error in it.ended] == [BrokerRefusedError]


def test_a_broker_that_is_only_not_ready_yet_is_asked_again(desk: Desk, sqlite_database: str) -> None:
    done = threading.Event()

    def ready(line: Line) -> None:
        line.welcome()
        line.grant()
        done.wait(10)

    with scripted(lambda line: line.welcome(3), ready) as (host, port):
        with working(sqlite_database, BrokerAddress(host, port)) as worker:
            done.set()
        assert worker.count("broker.away") >= 1
    assert worker.ended == []


def test_an_acknowledgement_of_a_lost_connection_is_dropped(desk: Desk, sqlite_database: str) -> None:
    """A broker that lost its state gives the same packet id to another message (F5)."""
    held, lost, committed, checked = (threading.Event() for _ in range(4))
    kinds: set[int] = set()

    def first_life(line: Line) -> None:
        line.welcome()
        line.grant()
        held.wait(10)
        line.publish(TOPIC, body(1), 1)
        lost.set()

    def second_life(line: Line) -> None:
        line.welcome()
        line.grant()
        committed.wait(10)
        kinds.update(line.heard(0.5))
        line.publish(TOPIC, body(2), 1)
        assert line.acknowledged() == 1
        checked.set()

    with scripted(first_life, second_life) as (host, port):
        worker = working(sqlite_database, BrokerAddress(host, port))
        it = worker.__enter__()
        with holding(sqlite_database):
            held.set()
            assert lost.wait(10)
            it.wait_for("broker.subscribed", 2)
        wait_until(lambda: "n-1" in desk.readings())
        committed.set()
        assert checked.wait(10)
        worker.__exit__(None, None, None)
    assert kinds == {PUBLISH}, "receipts alone"
    assert set(desk.readings()) == {"n-1", "n-2"}


def test_a_lost_acknowledgement_costs_a_duplicate_and_nothing_else(desk: Desk, sqlite_database: str) -> None:
    again = threading.Event()

    def deaf(line: Line) -> None:
        line.welcome()
        line.grant()
        line.publish(TOPIC, body(1), 1)
        wait_until(lambda: "n-1" in desk.readings())

    def patient(line: Line) -> None:
        line.welcome()
        line.grant()
        line.publish(TOPIC, body(1), 1)
        assert line.acknowledged() == 1
        again.set()

    with scripted(deaf, patient) as (host, port), working(sqlite_database, BrokerAddress(host, port), subscribed=False):
        assert again.wait(10)
    assert sorted(map(counts, desk.all(Message))) == [(0, 1, 0, 0), (1, 0, 0, 0)]
    assert len(desk.readings()) == 1


def test_what_a_broker_delivers_as_no_text_or_without_a_payload_is_acknowledged(
    desk: Desk, sqlite_database: str
) -> None:
    acknowledged: list[int] = []

    def odd(line: Line) -> None:
        line.welcome()
        line.grant()
        name = b"hearthline/v1/up/\xff\xfe/weight"
        line.send(PUBLISH, len(name).to_bytes(2) + name + (7).to_bytes(2) + b"{}", flags=0b0010)
        line.publish("hearthline/v1/up/a\0b/weight", b"", 8)
        line.publish(TOPIC, body(1), 9)
        acknowledged.extend(line.acknowledged() for _ in range(3))

    with scripted(odd) as (host, port), working(sqlite_database, BrokerAddress(host, port), subscribed=False):
        wait_until(lambda: len(acknowledged) == 3)
    assert acknowledged == [7, 8, 9]
    assert [refusal[0] for refusal in desk.refusals()] == ["decode.bad_device", "decode.bad_topic"]


def test_deaf_is_as_good_as_dead(desk: Desk, sqlite_database: str, mosquitto: Server) -> None:
    """Nobody reads the log any more: the line about the lost broker ends the network thread, and we notice (F8)."""
    settings = environment(sqlite_database, mosquitto.url)
    command = [sys.executable, "-m", "hearthline", "ingest"]
    process = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        while "broker.subscribed" not in process.stderr.readline():
            assert process.poll() is None
        process.stderr.close()
        mosquitto.process.kill()
        assert process.wait(15) not in (0, None)
    finally:
        process.kill()
        process.wait()


def test_killed_before_the_commit_everything_is_delivered_again_and_counted_once(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    log = tmp_path / "ingest.log"
    with speaking(mosquitto) as device:
        with ingesting(sqlite_database, mosquitto.url, log) as ingest, holding(sqlite_database):
            device.say(*(minute(n) for n in range(80)))
            ingest.kill()
        assert desk.all(Message) == []
        assert device.answers == []
        with ingesting(sqlite_database, mosquitto.url, log):
            device.wait_for(80)
    assert len(desk.readings()) == len(desk.all(Message)) == 80
