"""Simulated homes against a real broker, and a small subscriber that answers them."""

import hashlib
import json
import signal
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulators.plan import Plan, PlannedDevice, PlannedPatient, Silence, Taken, Upload
from simulators.play import play
from simulators.recording import recorded
from simulators.replay import play_recording
from simulators.run import Played
from simulators.transport_faults import TRANSPORT_FAULTS
from tests.support.answering import Answering, answering, elements
from tests.support.brokers import MOSQUITTO
from tests.support.places import absent, find_program, free_port
from tests.support.processes import Server, running, wait_for_port

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ALL = frozenset(TRANSPORT_FAULTS)


def upload(device: str, number: int, at: datetime, size: int = 1) -> Upload:
    bodies, taken = [], []
    for n in range(size):
        values = {"weight": {"value": 70 + n, "unit": "kg"}}
        bodies.append({"id": f"{device}-{number}-{n}", "measured_at": at.isoformat(), "values": values})
        taken.append(Taken("p-1", device, "weight", bodies[-1]["id"], at.isoformat(), at, values, {}, (), "stored", ()))
    payload = json.dumps(bodies if size > 1 else bodies[0]).encode()
    return Upload(device, "weight", at, payload, tuple(taken))


def garbage(device: str, at: datetime) -> Upload:
    taken = Taken("p-1", device, "weight", None, None, at, {}, {}, ("garbage",), "decode.not_json", ())
    return Upload(device, "weight", at, f"\x00 {at}".encode(), (taken,))


def plan_of(uploads: Sequence[Upload], silences: tuple[Silence, ...] = ()) -> Plan:
    devices = tuple(PlannedDevice(name, "scale", ("weight",)) for name in sorted({one.device for one in uploads}))
    patient = PlannedPatient("p-1", "Pat One", "UTC", "healthy", (), devices)
    ordered = tuple(sorted(uploads, key=lambda one: one.at))
    return Plan(7, ordered[-1].at, (patient,), ordered, silences)


def month(devices: int = 5, each: int = 60) -> Plan:
    """Single readings, an array in ten, garbage in twenty."""
    uploads = []
    for n in range(devices):
        for number in range(each):
            at = BEGIN + timedelta(hours=number, minutes=n)
            name = f"device-{n:02}"
            uploads.append(upload(name, number, at, size=3 if number % 10 == 9 else 1))
            if number % 20 == 19:
                uploads.append(garbage(name, at + timedelta(seconds=1)))
    return plan_of(uploads)


def lines(ledger: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


def readings_in(plan: Plan) -> int:
    return sum(len(one.readings) for one in plan.uploads)


def play_at(server: Server, plan: Plan, **more: Any) -> Played:
    return play(
        plan, **{"host": server.host, "port": server.port, "enrol": lambda patient: None, "settle": 20.0, **more}
    )


@pytest.mark.parametrize("broker", ["mosquitto", "embedded_broker"])
def test_with_all_transport_faults_everything_is_answered_and_in_the_ledger(
    broker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server, plan, ledger = request.getfixturevalue(broker), month(), tmp_path / "ledger.jsonl"
    with answering(server) as other:
        played = play_at(server, plan, ledger=ledger, faults=ALL)
    assert (played.taken, played.receipted, played.in_doubt) == (readings_in(plan), readings_in(plan), 0)
    assert set(other.heard) == {one.payload for one in plan.uploads}
    assert played.published_messages > len(plan.uploads)
    assert len(lines(ledger)) == readings_in(plan)
    assert all(line["published"] and line["receipt"] for line in lines(ledger))


def test_everybody_is_enrolled_before_anything_is_sent(mosquitto: Server) -> None:
    enrolled: list[str] = []
    with answering(mosquitto) as other:
        play_at(mosquitto, month(2, 2), enrol=lambda patient: enrolled.append(f"{patient.id} {len(other.heard)}"))
    assert enrolled == ["p-1 0"]


def test_what_is_sent_before_anybody_subscribed_is_sent_again(mosquitto: Server) -> None:
    other = Answering()
    late = threading.Timer(2.0, other.start, [mosquitto])
    late.start()
    played = play_at(mosquitto, month(3, 10), faults=ALL)
    late.join()
    other.stop()
    assert played.in_doubt == 0
    assert played.seconds > 1.5


def test_a_device_sends_nothing_but_its_first_upload_until_that_is_answered(mosquitto: Server) -> None:
    plan = month(1, 30)
    with answering(mosquitto, deaf=lambda payload, times: times < 3) as other:
        play_at(mosquitto, plan_of(plan.uploads[:1]), faults=ALL)
        assert other.order == [plan.uploads[0].payload] * 3


def test_lost_receipts_make_a_device_send_the_same_bytes_again(mosquitto: Server) -> None:
    plan = month(3, 20)
    firsts = {one.payload for one in plan.uploads if one.at.hour == 0}
    with answering(mosquitto, deaf=lambda payload, times: times == 1 and payload not in firsts) as other:
        played = play_at(mosquitto, plan)
    assert played.in_doubt == 0
    assert set(other.heard) == {one.payload for one in plan.uploads}
    assert min(times for payload, times in other.heard.items() if payload not in firsts) >= 2


def test_the_intent_is_on_disk_before_the_publish(mosquitto: Server, tmp_path: Path) -> None:
    missing: list[bytes] = []

    def look(payload: bytes) -> None:
        if hashlib.sha256(payload).hexdigest() not in (tmp_path / "ledger.jsonl.journal").read_text():
            missing.append(payload)

    with answering(mosquitto) as other:
        other.on_heard = look
        play_at(mosquitto, month(3, 20), ledger=tmp_path / "ledger.jsonl", faults=ALL)
    assert other.heard
    assert missing == []


def test_devices_that_are_asked_to_send_again_send_the_same_bytes_and_the_ledger_stays_as_it_was(
    mosquitto: Server, tmp_path: Path
) -> None:
    plan, ledger = month(2, 40), tmp_path / "ledger.jsonl"
    body = json.dumps({"id": "after-restore", "kind": "resend_since", "since": (BEGIN - timedelta(1)).isoformat()})
    asked = threading.Event()
    with answering(mosquitto) as other:

        def ask(payload: bytes) -> None:
            """Half of it has arrived."""
            if len(other.heard) == len(plan.uploads) // 2 and not asked.is_set():
                asked.set()
                other.say("hearthline/v1/down/device-00/prompts", body)

        other.on_heard = ask
        played = play_at(mosquitto, plan, speed=100_000.0, ledger=ledger)
    assert asked.is_set()
    assert (played.taken, played.receipted, played.in_doubt) == (readings_in(plan), readings_in(plan), 0)
    again = [payload for payload, times in other.heard.items() if times == 2]
    assert len(again) > 5
    assert all(b"device-00" in payload or payload.startswith(b"\0") for payload in again)
    assert set(other.heard) == {one.payload for one in plan.uploads}
    assert {line["receipt"]["verdict"] for line in lines(ledger)} == {"stored", "quarantined"}


def test_a_broker_that_is_killed_twice_costs_nothing(tmp_path: Path) -> None:
    program = find_program("mosquitto", [Path("/usr/sbin")])
    if program is None:
        absent("mosquitto", "no such program is installed (Debian: apt install mosquitto)")
    port, config, log = free_port(), tmp_path / "mosquitto.conf", tmp_path / "mosquitto.log"
    config.write_text(MOSQUITTO.format(port=port))
    plan, played = month(8, 100), list[Played]()
    address = {"host": "127.0.0.1", "port": port, "enrol": lambda patient: None, "settle": 30.0}
    home = threading.Thread(target=lambda: played.append(play(plan, **address, faults=ALL, speed=72000.0)))
    other = Answering()
    for life in range(3):
        with running([program, "-c", config], log, end=signal.SIGKILL) as process:
            wait_for_port(process, port, log)
            if life == 0:
                other.start(Server("", "127.0.0.1", port, process))
                home.start()
            home.join(2.0 if life < 2 else 60.0)
    other.stop()
    assert [one.in_doubt for one in played] == [0]
    assert other.ids == {taken.id for one in plan.uploads for taken in one.readings if taken.id}


def test_without_answers_the_run_ends_after_its_patience_and_says_what_is_in_doubt(
    mosquitto: Server, tmp_path: Path
) -> None:
    played = play_at(mosquitto, month(2, 10), settle=1.0, ledger=tmp_path / "ledger.jsonl")
    assert played.in_doubt == 24
    assert played.receipted == 0
    assert played.seconds < 4
    assert {line["receipt"] for line in lines(tmp_path / "ledger.jsonl")} == {None}


def test_without_a_broker_the_run_ends_after_its_patience(tmp_path: Path) -> None:
    nobody = {"host": "127.0.0.1", "port": free_port(), "enrol": lambda patient: None}
    played = play(month(2, 10), **nobody, settle=0.5)
    assert (played.published_messages, played.in_doubt) == (0, 24)


def test_one_seed_gives_one_ledger_apart_from_what_happened_on_the_way(mosquitto: Server, tmp_path: Path) -> None:
    plan = month(3, 30)
    told = []
    for name in ("a.jsonl", "b.jsonl"):
        with answering(mosquitto):
            play_at(mosquitto, plan, ledger=tmp_path / name, faults=ALL)
        told.append([{**line, "published": 0, "receipt": 0} for line in lines(tmp_path / name)])
    assert told[0] == told[1]


def test_history_goes_at_once_and_the_rest_at_its_pace(mosquitto: Server) -> None:
    plan = month(2, 60)
    until = BEGIN + timedelta(hours=48)
    history = {one.payload for one in plan.uploads if one.at <= until}
    done: list[set[bytes]] = []
    arrived: list[tuple[bytes, float]] = []
    with answering(mosquitto) as other:
        other.on_heard = lambda payload: arrived.append((payload, time.monotonic()))
        hour_a_tenth = {"speed": 36000.0, "history_until": until}
        played = play_at(mosquitto, plan, **hour_a_tenth, on_history_done=lambda: done.append(set(other.heard)))
    assert done == [history]
    assert 1.0 < played.seconds < 4.0
    live = [moment for payload, moment in arrived if payload not in history and b"device-00" in payload]
    assert all(0.03 < after - before < 0.5 for before, after in pairwise(live))


def test_a_run_that_is_stopped_ends_soon_with_a_ledger_of_what_was_taken(mosquitto: Server, tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    gap = Silence("p-1", "weight", BEGIN, BEGIN + timedelta(days=30), BEGIN + timedelta(days=2), ("NODATA-WT",))
    plan = plan_of(month(2, 60).uploads, (gap,))
    asked: list[Plan] = []
    with answering(mosquitto):
        played = play_at(
            mosquitto, plan, speed=36000.0, stop=stop, ledger=tmp_path / "l.jsonl",
            open_silences=lambda played, now: asked.append(played) or [],
        )  # fmt: skip
    assert played.in_doubt == 0
    assert 0 < played.taken < readings_in(plan)
    assert played.seconds < 4
    assert len(lines(tmp_path / "l.jsonl")) == played.taken == readings_in(asked[0])
    assert asked[0].silences == ()


def test_progress_is_shown_while_the_run_goes_on(mosquitto: Server) -> None:
    shown: list[Played] = []
    with answering(mosquitto):
        played = play_at(mosquitto, month(2, 60), speed=100_000.0, on_progress=shown.append)
    assert len(shown) >= 3
    assert [one.receipted for one in shown] == sorted(one.receipted for one in shown)
    assert shown[-1].taken <= played.taken


def test_a_recording_is_published_in_arrays_until_all_of_it_is_answered(mosquitto: Server) -> None:
    bodies = [
        {"id": f"r-{n}", "measured_at": (BEGIN + timedelta(minutes=5 * n)).isoformat(), "note": "x" * 200}
        for n in range(2500)
    ]
    readings = [recorded(json.dumps(body), body) for body in bodies]
    with answering(mosquitto) as other:
        played = play_recording(readings, "recorder-1", "glucose", host=mosquitto.host, port=mosquitto.port, settle=10)
    assert (played.taken, played.receipted, played.in_doubt) == (2500, 2500, 0)
    assert other.ids == {body["id"] for body in bodies}
    assert max(len(elements(payload)) for payload in other.heard) <= 200
