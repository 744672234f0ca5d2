"""Rows of the fault matrix that need a scene of their own; the load and the oracle are the same."""

import resource
import socket
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as text_of_sql

from tests.support.faults.clocks import clock_of
from tests.support.faults.crowd import ALL_AT_ONCE, Caller, Crowd, packet, text
from tests.support.faults.elsewhere import elsewhere
from tests.support.faults.enrolling import enrol
from tests.support.faults.parts import resident_mib
from tests.support.faults.proving import Proof, long, proving
from tests.support.faults.proxy import Line
from tests.support.faults.record import count
from tests.support.faults.stage import Plan
from tests.support.faults.table import session
from tests.support.processes import Server
from tests.support.speaking import speaking, wait_until
from tests.support.working import environment

pytestmark = pytest.mark.slow


HOUR, DAY = 3600, 86400


def restart_at(proof: Proof, clock: Path, seconds: int) -> None:
    """Ingest anew, with the time of day so far from ours."""
    clock.write_text(str(seconds))
    proof.stage.ingest.stop()
    proof.stage.ingest.extra = clock_of(clock)
    proof.stage.ingest.start()
    proof.recover()


def test_t6_said_a_hundred_times_and_again_after_thirty_days_a_reading_is_one_row(
    template: Path, tmp_path: Path
) -> None:
    plan = Plan("sqlite", seed=21, rate=40, patience=1.0)
    with proving("T6", "every message again and again, then after 30 days", plan, template) as proof:
        time.sleep(2)
        for _ in range(10):
            proof.stage.street.repeat(100)
            proof.recover()
        restart_at(proof, tmp_path / "clock", 30 * DAY)
        proof.stage.street.repeat(200)
        proof.recover()


def test_t8_a_long_queue_that_waited_for_ingest_is_stored_and_judged(template: Path) -> None:
    waiting = 100_000 if long() else 10_000
    plan = Plan("postgres", seed=22, rate=20, seconds=waiting / 20, patience=1.0)
    with proving("T8", f"{waiting} readings wait while ingest is away", plan, template) as proof:
        stage = proof.stage
        stage.settle(30)
        stage.ingest.stop()
        stage.street.window, stage.street.patience, before = 10**6, 600.0, stage.street.sent
        stage.street.rate = 4000.0
        wait_until(lambda: stage.street.sent - before >= waiting, 120)
        stage.street.rate = 0.0
        stage.ingest.start()
        proof.recover()
        begin, already = time.monotonic(), stage.street.receipts
        drained = stage.settle(240)
        proof.more["drained_per_s"] = round((stage.street.receipts - already) / (time.monotonic() - begin or drained))


def test_t14_devices_that_all_come_back_at_once_are_served_within_two_minutes(template: Path) -> None:
    devices = 10_000 if long() else 800
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(devices + 500, soft), hard), hard))
    plan = Plan("postgres", seed=23, rate=5, patience=1.0)
    with proving("T14", f"{devices} devices connect within {ALL_AT_ONCE:.0f} s", plan) as proof:
        stage, chance = proof.stage, Random(23)
        callers = [Caller(f"crowd-{number:06d}", f"px-{number % 50}") for number in range(devices)]
        surroundings = environment(stage.url, stage.ingest.broker_url)
        enrol(stage.url, [(caller.id, caller.patient) for caller in callers], surroundings)
        stage.truth.intend(caller.element for caller in callers)
        crowd = Crowd(stage.broker.port, callers, chance)
        served = crowd.run(150)
        for caller in callers:
            stage.truth.answered(caller.id, caller.receipts)
        proof.times, proof.more["served"], proof.more["served_seconds"] = 1, len(served), round(served[-1], 1)
        assert len(served) == devices
        assert served[-1] <= 120


def test_t15_an_empty_and_an_enormous_message_have_a_verdict_or_are_cut_off(template: Path) -> None:
    plan = Plan("sqlite", seed=24, rate=10, patience=1.0)
    with proving("T15", "payloads of 0 bytes, 100 KiB, 1 MiB, and 100 MiB declared", plan, template) as proof:
        stage, device = proof.stage, "weight-0001"
        before = resident_mib(stage.ingest.processes()[0])
        assert stage.broker.process is not None
        server = Server("", "127.0.0.1", stage.broker.port, stage.broker.process)
        with speaking(server) as speaker:
            speaker.say_at(f"hearthline/v1/up/{device}/weight", b"", b" " * 100_000)
            wait_until(lambda: {"decode.empty", "decode.too_large"} <= {one["code"] for one in speaker.answers})
        for size in (1 << 20, 100 << 20):
            assert is_cut_off(stage.broker.port, size)
            proof.recover()
        assert resident_mib(stage.ingest.processes()[0]) < before + 30


def leave(url: str, due_at: datetime) -> None:
    """What a worker leaves that dies between storing a reading and judging it, by the clock it had."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text_of_sql("INSERT INTO evaluation (patient_id, stream, since, due_at, reason, attempts) VALUES"
                        " ('pt-1', 'glucose', '2000-01-01 00:00:00.000000', :due, 'reading', 0)"),
            {"due": f"{due_at:%Y-%m-%d %H:%M:%S.%f}"},
        )  # fmt: skip
    engine.dispose()


def is_cut_off(port: int, size: int) -> bool:
    """Whether the broker ends a connection that says it will send so many bytes, having read no more than a few."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        line.sendall(packet(0x10, text("MQTT") + bytes([4, 2, 0, 60]) + text("enormous")))
        assert line.recv(4)[0] == 0x20
        length, left = b"", size
        while left:
            left, low = divmod(left, 0x80)
            length += bytes([low | (0x80 if left else 0)])
        try:
            line.sendall(b"\x32" + length + text("hearthline/v1/up/weight-0001/weight") + b"\0\1" + b" " * 4096)
            return line.recv(1) == b""
        except OSError:
            return True


def test_c2_the_clock_of_the_server_jumps_back_and_forth_and_nothing_waits_for_it(
    template: Path, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    plan = Plan("sqlite", seed=25, rate=30, patience=1.0)
    with proving("C2", "server clock 1 h back, 1 day on, and right again, under load", plan, template) as proof:
        restart_at(proof, clock, 0)
        flags = count(proof.stage.url, "SELECT count(*) FROM flag")
        for seconds in (-HOUR, 0, DAY):
            clock.write_text(str(seconds))
            time.sleep(2)
            proof.recover()
        proof.stage.settle(60)
        proof.stage.ingest.kill()
        leave(proof.stage.url, datetime.now(UTC) + timedelta(days=1))
        clock.write_text("0")
        proof.stage.ingest.start()
        proof.stage.settle(60)
        proof.stage.go_on()
        proof.recover()
        patients, rules = proof.stage.plan.patients, 20
        assert count(proof.stage.url, "SELECT count(*) FROM flag") - flags < patients * rules, "no flood"


def test_d1_a_database_machine_that_loses_its_power_while_ingest_waits_for_an_answer_is_noticed(template: Path) -> None:
    """No packet says so: only asking does."""
    plan = Plan("postgres", seed=26, rate=20, patience=1.0)
    injected = "the database's machine gone without a word while a statement waited"
    with elsewhere() as there, proving("D1", injected, plan, template) as proof:
        stage = proof.stage
        assert stage.postgres is not None
        to_broker, to_database = (
            Line(port, Random(1), there.address) for port in (stage.broker.port, stage.postgres.port)
        )
        stage.ingest.stop()
        stage.ingest.within = there.within
        stage.ingest.broker_url = f"mqtt://{there.address}:{to_broker.port}"
        stage.ingest.database_url = stage.postgres.url(to_database.port).replace("127.0.0.1", there.address)
        stage.ingest.start()
        proof.recover()
        with session(stage) as holding:
            holding.execute(text_of_sql("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE"))
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            wait_until(lambda: count(stage.url, waiting))
            there.pull()
            to_database.lose()
        there.plug()
        proof.recover()
        assert proof.recoveries[-1] < 45
