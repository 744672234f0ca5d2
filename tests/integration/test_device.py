"""A device against real brokers: let in, refused, cut off, asked."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from device import Broker, Device, Prompt, Receipt, Shelf, Timing
from models.engine import open_reader, open_writer
from tests.support.answering import Answering, answering
from tests.support.authorities import authority
from tests.support.brokers import MOSQUITTO
from tests.support.desks import Desk
from tests.support.places import ROOT, absent, find_program, free_port
from tests.support.processes import Server, running, wait_for_port
from tests.support.scripted import PUBLISH, Line, scripted
from tests.support.speaking import wait_until
from tests.support.working import ingesting

pytestmark = pytest.mark.slow
AT = datetime(2026, 1, 5, 7, tzinfo=UTC)
ID = "scale-0001"
EAGER = Timing(patience=0.5, longest_patience=1.0, first_patience=0.3, retry=0.1, longest_retry=0.3)


def weigh(scale: Device, *numbers: int) -> list[str]:
    values = {"weight": (70, "kg")}
    return [scale.take("weight", values, measured_at=AT + timedelta(minutes=number)) for number in numbers]


def scale(broker: Broker | str, buffer: Any = ":memory:", **more: Any) -> Device:
    return Device(ID, broker, buffer, **{"timing": EAGER, **more})


@contextmanager
def mosquitto_with(folder: Path, settings: str, port: int) -> Iterator[Server]:
    program = find_program("mosquitto", [Path("/usr/sbin")])
    if program is None:
        absent("mosquitto", "no such program is installed (Debian: apt install mosquitto)")
    config, log = folder / "own.conf", folder / "own.log"
    config.write_text(settings + "user root\n" * (os.geteuid() == 0))  # else it could not read the test's files
    with running([program, "-c", config], log) as process:
        wait_for_port(process, port, log)
        yield Server(f"mqtt://127.0.0.1:{port}", "127.0.0.1", port, process)


@contextmanager
def prompting(server: Server) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, "clinic")
    client.connect(server.host, server.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def prompt(client: Client, kind: str, name: str, **more: str) -> None:
    body = json.dumps({"id": name, "kind": kind, **more})
    client.publish(f"hearthline/v1/down/{ID}/prompts", body, qos=1).wait_for_publish(10)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_readings_arrive_and_their_receipts_are_told(mosquitto: Server, version: str) -> None:
    told: list[Receipt] = []
    with answering(mosquitto) as other, scale(Broker(mosquitto.url, mqtt=version), on_receipt=told.append) as device:
        taken = weigh(device, *range(20))
        assert device.flush(20)
        assert device.connected
        assert device.trouble is None
    assert other.ids == set(taken)
    assert [receipt.id for receipt in told] == taken


def test_the_embedded_broker_is_spoken_to_in_its_own_version(embedded_broker: Server) -> None:
    with answering(embedded_broker) as other:
        with scale(embedded_broker.url) as device:
            wait_until(lambda: device.trouble)
            assert "say mqtt='3.1.1'" in str(device.trouble)
        with scale(Broker(embedded_broker.url, mqtt="3.1.1")) as device:
            taken = weigh(device, 1)
            assert device.flush(20)
    assert other.ids == set(taken)


def test_what_was_taken_without_a_broker_is_sent_by_a_later_start(tmp_path: Path) -> None:
    port = free_port()
    with scale(f"mqtt://127.0.0.1:{port}", tmp_path / "b.db") as device:
        taken = weigh(device, *range(50))
        assert not device.flush(0.3)
        assert "no connection to the broker" in str(device.trouble)
    with mosquitto_with(tmp_path, MOSQUITTO.format(port=port), port) as server, answering(server) as other:
        device = scale(server.url, tmp_path / "b.db")
        assert device.waiting == 50
        assert device.flush(20)
        device.close()
    assert other.ids == set(taken)
    assert len(other.heard) < 5, "a backlog goes in arrays"


def test_a_broker_that_is_killed_and_forgets_everything_costs_nothing(tmp_path: Path) -> None:
    port, other, taken = free_port(), Answering(deaf=lambda _, times: times == 1), list[str]()
    with scale(f"mqtt://127.0.0.1:{port}") as device:
        for life in range(3):
            with mosquitto_with(tmp_path, MOSQUITTO.format(port=port), port) as server:
                if life == 0:
                    other.start(server)
                    taken += weigh(device, 0)
                    assert device.flush(20)
                wait_until(lambda: device.connected)
                taken += weigh(device, *range(10 * life, 10 * life + 10))
                if life < 2:
                    server.process.kill()
                else:
                    assert device.flush(20)
    other.stop()
    assert other.ids == set(taken)


def test_status_says_how_the_device_is(mosquitto: Server, tmp_path: Path) -> None:
    with answering(mosquitto) as other:
        for _ in range(2):
            with scale(mosquitto.url, tmp_path / "b.db") as device:
                device.status(battery=87, firmware="1.4.2")
                wait_until(lambda: other.order and b"battery" in other.order[-1])
                said = json.loads(other.order.pop())
    assert abs(datetime.fromisoformat(said.pop("clock")) - datetime.now(UTC)) < timedelta(minutes=1)
    assert said == {"battery": 87, "firmware": "1.4.2", "waiting": 0, "boots": 2}


def test_what_the_clinic_asks_for_is_told_unless_it_has_expired(mosquitto: Server) -> None:
    told: list[Prompt] = []
    with prompting(mosquitto) as clinic, scale(mosquitto.url, on_prompt=told.append) as device:
        wait_until(lambda: device.connected)
        clinic.publish(f"hearthline/v1/down/{ID}/prompts", b"not a prompt", qos=1)
        prompt(clinic, "measure_again", "p1", expires_at="2026-01-05T07:00:00Z")
        prompt(clinic, "measure_again", "p2", expires_at="2999-01-05T07:00:00Z")
        wait_until(lambda: told)
    assert [(one.id, one.kind) for one in told] == [("p2", "measure_again")]


def test_a_callback_that_fails_is_logged_and_stops_nothing(mosquitto: Server, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_receipt: Receipt) -> None:
        raise ZeroDivisionError

    with answering(mosquitto), scale(mosquitto.url, on_receipt=fail) as device:
        weigh(device, 1)
        assert device.flush(20)
        weigh(device, 2)
        assert device.flush(20)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == ["fail failed"] * 2


def test_asked_to_send_again_it_sends_what_was_answered_byte_for_byte_and_once(mosquitto: Server) -> None:
    with answering(mosquitto) as other, prompting(mosquitto) as clinic, scale(mosquitto.url) as device:
        weigh(device, 0)
        assert device.flush(20)
        weigh(device, *range(1, 30))
        assert device.flush(20)
        before = set(other.heard)
        for _ in range(2):
            prompt(clinic, "resend_since", "p1", since="2026-01-05T07:00:00Z", expires_at="2020-01-01T00:00:00Z")
        wait_until(lambda: all(times == 2 for times in other.heard.values()))
        weigh(device, 99)
        assert device.flush(20)
    assert {payload: times for payload, times in other.heard.items() if payload in before} == dict.fromkeys(before, 2)


def test_a_gateway_keeps_the_readings_of_its_devices_in_one_file(mosquitto: Server, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "gateway.db")
    with answering(mosquitto) as other:
        devices = [Device(f"scale-000{n}", mosquitto.url, shelf, timing=EAGER) for n in range(3)]
        taken = [name for device in devices for name in weigh(device, *range(5))]
        assert all(device.flush(20) for device in devices)
        for device in devices:
            device.close()
    shelf.close()
    assert other.ids == set(taken)


def test_a_wrong_password_is_said_and_the_right_one_lets_in(tmp_path: Path) -> None:
    port, passwords = free_port(), tmp_path / "passwords"
    program = find_program("mosquitto_passwd")
    if program is None:
        absent("mosquitto", "mosquitto_passwd is not installed")
    subprocess.run([program, "-b", "-c", passwords, ID, "right"], check=True)
    passwords.chmod(0o644)
    settings = f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
    with mosquitto_with(tmp_path, settings, port) as server:
        with scale(Broker(server.url, password="wrong")) as device:
            wait_until(lambda: device.trouble)
            assert device.trouble == "the broker refused the connection: Not authorized"
        with scale(Broker(server.url, password="right")) as device:
            wait_until(lambda: device.connected)
            assert device.trouble is None


def test_a_message_that_the_broker_refuses_is_said_and_kept(tmp_path: Path) -> None:
    """MQTT 5 only: over 3.1.1 Mosquitto says success (F10)."""
    port, rules = free_port(), tmp_path / "acl"
    rules.write_text("topic read hearthline/v1/down/#\n")
    with (
        mosquitto_with(tmp_path, MOSQUITTO.format(port=port) + f"acl_file {rules}\n", port) as server,
        scale(server.url) as device,
    ):
        weigh(device, 1)
        wait_until(lambda: device.trouble)
        assert device.trouble == "the broker refused a message: Not authorized"
        assert device.waiting == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves its socket to be collected
def test_tls_with_the_right_authority_connects_and_with_another_says_why(tmp_path: Path) -> None:
    port, plain = free_port(), free_port()
    ours, others = authority(tmp_path, "ours"), authority(tmp_path, "others")
    settings = MOSQUITTO.format(port=plain) + f"listener {port} 127.0.0.1\ncertfile {ours[0]}\nkeyfile {ours[1]}\n"
    with mosquitto_with(tmp_path, settings, plain) as server, answering(server) as other:
        with scale(Broker(f"mqtts://127.0.0.1:{port}", ca=str(others[0]))) as device:
            wait_until(lambda: device.trouble)
            assert "certificate verify failed" in str(device.trouble)
        with scale(Broker(f"mqtts://127.0.0.1:{port}", ca=str(ours[0]))) as device:
            taken = weigh(device, *range(900))
            assert device.flush(20), device.trouble
    assert other.ids == set(taken)


def test_nonsense_from_the_broker_costs_the_connection_and_not_the_thread() -> None:
    def nonsense(line: Line) -> None:
        line.welcome()
        line.grant()
        line.send(PUBLISH, b"\xff\xff")
        line.heard(0.2)

    served = threading.Event()

    def sound(line: Line) -> None:
        line.welcome()
        line.grant()
        served.set()
        line.heard(0.2)

    with scripted(nonsense, sound) as (host, port), scale(Broker(f"mqtt://{host}:{port}", mqtt="3.1.1")) as device:
        assert served.wait(20)
        assert device.waiting == 0


@pytest.mark.parametrize("url", ["127.0.0.1:1883", "http://127.0.0.1", "mqtt://user:secret@host", "mqtt://"])
def test_an_address_that_is_none_is_refused_without_saying_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="a broker is mqtt://HOST:PORT") as refused:
        scale(url)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(Broker("mqtt://host", password="secret"))


def example() -> str:
    """The program on the page."""
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    return page.split("```python\n")[1].split("```")[0]


def test_the_example_is_about_thirty_lines() -> None:
    assert len(example().splitlines()) <= 35


def test_the_example_on_the_page_gets_its_readings_into_the_record(
    mosquitto: Server, sqlite_database: str, tmp_path: Path
) -> None:
    engine = open_writer(sqlite_database)
    Desk(engine).enrol(ID, "pt-1")
    engine.dispose()
    (tmp_path / "scale.py").write_text(example())
    surroundings = os.environ | {"BROKER": mosquitto.url, "DEVICE": ID, "PYTHONPATH": str(ROOT)}
    with ingesting(sqlite_database, mosquitto.url, tmp_path / "ingest.log"):
        done = subprocess.run(
            [sys.executable, "scale.py"], input="70.4\n70.6\n71.0\n", env=surroundings, cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    reader = open_reader(sqlite_database)
    with reader.connect() as connection:
        found = connection.execute(text("SELECT seq, weight FROM reading WHERE patient_id = 'pt-1' ORDER BY seq"))
        rows = [tuple(row) for row in found]
    reader.dispose()
    assert rows == [(1, 70.4), (2, 70.6), (3, 71.0)]
