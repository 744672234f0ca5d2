"""The embedded broker as `hearthline broker` runs it: one process, the address of the settings, ended by a signal."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from hearthline.addresses import Broker
from hearthline.broker import MAX_PAYLOAD, describe
from hearthline.errors import USAGE, Failure
from tests.support.places import free_port
from tests.support.processes import stop, wait_for_port

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "hearthline", "broker"]
TOPIC = "hearthline/v1/up/cuff-0001/blood_pressure"


def environment(port: int, scheme: str = "mqtt") -> dict[str, str]:
    return os.environ | {"HEARTHLINE_BROKER__URL": f"{scheme}://127.0.0.1:{port}"}


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def broker(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    log = tmp_path / "broker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(COMMAND, env=environment(port), stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for_port(process, port, log)
        yield process
    finally:
        stop(process)


def connect(client_id: str, port: int, heard: list[bytes] | None = None) -> Client:
    """A client whose session outlives its connection; what it hears, from the first moment on, goes to `heard`."""
    client, connected = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=MQTTv311), Event()
    client.on_connect = lambda *_: connected.set()
    client.on_message = lambda _client, _data, message: None if heard is None else heard.append(message.payload)
    client.connect("127.0.0.1", port, keepalive=30)
    client.loop_start()
    assert connected.wait(10)
    return client


def leave(client: Client) -> None:
    client.disconnect()
    client.loop_stop()


def subscribe(client: Client) -> None:
    subscribed = Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.subscribe("hearthline/v1/up/#", qos=1)
    assert subscribed.wait(10)


def until(heard: list[bytes], count: int) -> list[bytes]:
    for _ in range(200):
        if len(heard) >= count:
            break
        Event().wait(0.05)
    return heard


@pytest.mark.usefixtures("broker")
def test_a_packet_larger_than_a_device_may_send_arrives_so_that_we_can_refuse_it(port: int) -> None:
    heard: list[bytes] = []
    client = connect("listener-1", port, heard)
    subscribe(client)
    payload = bytes(MAX_PAYLOAD - len(TOPIC) - 10)
    client.publish(TOPIC, payload, qos=1).wait_for_publish(10)
    assert until(heard, 1) == [payload]
    leave(client)


@pytest.mark.usefixtures("broker")
def test_what_was_sent_while_a_session_was_away_is_there_when_it_comes_back(port: int) -> None:
    listener = connect("listener-1", port)
    subscribe(listener)
    leave(listener)
    device = connect("cuff-0001", port)
    for number in range(30):
        device.publish(TOPIC, b"%d" % number, qos=1).wait_for_publish(10)
    leave(device)
    heard: list[bytes] = []
    listener = connect("listener-1", port, heard)
    assert until(heard, 30) == [b"%d" % number for number in range(30)]
    leave(listener)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_frees_its_port(
    broker: subprocess.Popen[bytes], port: int, number: int, code: int
) -> None:
    broker.send_signal(number)
    assert broker.wait(10) == code
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_it_warns_what_it_is_not_for(broker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    stop(broker)
    assert "for demo and tests only" in (tmp_path / "broker.log").read_text()


def test_a_port_in_use_is_one_line_and_exit_4(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        ended = subprocess.run(COMMAND, env=environment(port), capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 4
    assert ended.stderr == (
        f"hearthline: port {port} of 127.0.0.1 is in use; end the other program, or set another broker.url\n"
    )


def test_an_address_with_encryption_is_refused_as_usage(port: int) -> None:
    ended = subprocess.run(
        COMMAND, env=environment(port, "mqtts"), capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)


def test_a_name_that_is_no_address_is_one_line() -> None:
    with pytest.raises(Failure, match="no address of this machine"):
        describe(Broker("no-such-host.invalid", 1883))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "8.8.8.8"])
def test_an_address_that_others_could_reach_is_refused_as_usage(host: str) -> None:
    with pytest.raises(Failure, match="listens on loopback only, not on") as refused:
        describe(Broker(host, 1883))
    assert refused.value.code == USAGE


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_loopback_by_any_name_is_where_it_listens(host: str) -> None:
    assert 'listen = "127.' in describe(Broker(host, 1883))
