"""Several workers: each reading is stored once whoever dies, nothing stays with the dead, and nobody works twice."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ingest.ledger import Counts, count_verdicts
from models.tables import Process
from tests.support.clinics import Clinic, weighing
from tests.support.desks import CUFF, Desk, desk_at, pressure
from tests.support.holding import holding
from tests.support.processes import Server
from tests.support.speaking import speaking, wait_until
from tests.support.working import ingesting, start_ingest, working

pytestmark = pytest.mark.slow
SHARED: dict[str, Any] = {"group": "clinic", "lease": 1.5}
VARIABLES = {"HEARTHLINE_INGEST__GROUP": "clinic", "HEARTHLINE_INGEST__LEASE": "1.5"}


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Desk]:
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def minute(n: int) -> dict[str, object]:
    return pressure(f"n-{n}", f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z")


def counted(desk: Desk) -> Counts:
    with Session(desk.engine) as session:
        return count_verdicts(session)


def holders(desk: Desk) -> dict[int, int]:
    """Slot -> process id of who holds it."""
    return {row.slot: int(row.holder.split(":")[1]) for row in desk.all(Process) if row.holder}


def slots(desk: Desk) -> list[int]:
    return [row.slot for row in desk.all(Process)]


def stop_outside_a_transaction(pid: int, database_url: str) -> None:
    """Stopped within one it would hold SQLite's lock, which nobody takes from who is not dead."""
    path = database_url.removeprefix("sqlite:///")
    while True:
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
        if all(is_free(f"{path}.{name}") for name in ("turn", "lock")):
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)


def is_free(lock: str) -> bool:
    with open(lock, "rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_of_two_workers_one_is_killed_and_everything_is_stored_once(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    """What the dead one had in hand is delivered to whoever takes its client id, and nobody is left when all end."""
    with (
        ingesting(sqlite_database, mosquitto.url, tmp_path / "log", "--workers", "2") as ingest,
        speaking(mosquitto) as device,
    ):
        wait_until(lambda: ingest.said.count("broker.subscribed") == 2)
        before = holders(desk)
        with holding(sqlite_database):
            device.say(*(minute(n) for n in range(300)))
            os.kill(before[1], signal.SIGKILL)
        device.say(*(minute(n) for n in range(300, 600)))
        device.wait_for(600)
        wait_until(lambda: holders(desk).get(1) not in (None, before[1]))
        ingest.process.terminate()
        assert ingest.process.wait(20) == 0
    assert "worker.died" in ingest.said
    assert counted(desk) == Counts(600, 600, 600, 0, 0, 0)
    assert holders(desk) == {}


def test_two_workers_that_each_get_half_of_a_breach_raise_it_once(
    shared_clinic: Clinic, postgres_database: str, mosquitto: Server
) -> None:
    """Two weighings a patient, told apart by the broker alone (F17); `test_races` holds the moments that matter."""
    patients = [f"pt-{n:02}" for n in range(40)]
    shared_clinic.enrol(*patients, facts=["condition=heart_failure"])
    now = datetime.now(UTC).replace(microsecond=0)
    halves = [
        weighing(each, now - timedelta(hours=hours), value)
        for hours, value in ((26, "80 kg"), (1, "83 kg"))
        for each in patients
    ]
    seats = [working(postgres_database, mosquitto, slot=slot, **SHARED) for slot in (0, 1)]
    with seats[0], seats[1], speaking(mosquitto) as device:
        for each in halves:
            device.say_at(each.topic, json.loads(each.payload))
        device.wait_for(len(halves))
        wait_until(lambda: not any(reason == "reading" for _, _, reason, _ in shared_clinic.queue()))
    raised = [(flag.patient_id, flag.rule) for flag in shared_clinic.flags() if flag.rule.startswith("WT-HF")]
    assert len(set(raised)) == len(raised)
    assert {patient for patient, _ in raised} == set(patients)


def test_workers_whose_parent_is_killed_finish_and_free_their_slots(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with ingesting(sqlite_database, mosquitto.url, tmp_path / "log", "--workers", "2") as ingest:
        wait_until(lambda: len(holders(desk)) == 2)
        ingest.kill()
        wait_until(lambda: holders(desk) == {})


def test_what_waits_for_a_worker_that_stays_away_is_fetched_by_the_other(
    desk: Desk, sqlite_database: str, mosquitto: Server
) -> None:
    """Its session got half of what came; afterwards it gets nothing more."""
    with speaking(mosquitto) as device, working(sqlite_database, mosquitto, **SHARED):
        with working(sqlite_database, mosquitto, slot=1, **SHARED):
            assert slots(desk) == [0, 1]
        device.say(*(minute(n) for n in range(100)))
        device.wait_for(100)
        wait_until(lambda: slots(desk) == [0])
        device.say(*(minute(n) for n in range(100, 150)))
        device.wait_for(150)
    assert counted(desk) == Counts(150, 150, 150, 0, 0, 0)


def test_from_one_worker_to_two_and_back_nothing_is_lost_and_nothing_comes_twice(
    desk: Desk, sqlite_database: str, mosquitto: Server
) -> None:
    with speaking(mosquitto) as device:
        with working(sqlite_database, mosquitto, **SHARED):
            device.say(*(minute(n) for n in range(100)))
        device.say(*(minute(n) for n in range(100, 200)))  # for nobody yet, but the broker keeps it
        with working(sqlite_database, mosquitto, **SHARED), working(sqlite_database, mosquitto, slot=1, **SHARED):
            device.say(*(minute(n) for n in range(200, 300)))
        device.say(*(minute(n) for n in range(300, 400)))
        with working(sqlite_database, mosquitto, **SHARED):
            device.say(*(minute(n) for n in range(400, 500)))
            device.wait_for(500)
            wait_until(lambda: slots(desk) == [0])
    assert counted(desk) == Counts(500, 500, 500, 0, 0, 0)


def test_a_filter_of_the_time_before_does_not_live_on(desk: Desk, sqlite_database: str, mosquitto: Server) -> None:
    with speaking(mosquitto) as device:
        for n, group in enumerate(("", "hearthline", "")):
            with working(sqlite_database, mosquitto, group=group):
                device.say(*(minute(100 * n + k) for k in range(100)))
                device.wait_for(100 * (n + 1))
    assert counted(desk) == Counts(300, 300, 300, 0, 0, 0)


def test_a_second_ingest_of_the_same_slot_says_who_holds_it_and_exits_1(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with working(sqlite_database, mosquitto) as first:
        second = start_ingest(sqlite_database, mosquitto.url, tmp_path / "second", "--workers", "2")
        assert second.process.wait(30) == 1
        assert first.count("broker.away") == 0, "it was never thrown out"
    line = next(line for line in second.said.splitlines() if line.startswith("hearthline: "))
    assert line.startswith(f"hearthline: slot 0 is held by process {os.getpid()} on ")
    assert line.endswith("; end that one, name other --slots, or wait for it with --standby")


def test_a_standby_takes_over_from_whoever_ends_and_from_whoever_dies(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with speaking(mosquitto) as device, ingesting(sqlite_database, mosquitto.url, tmp_path / "log") as first:
        standby = working(sqlite_database, mosquitto, subscribed=False, standby=True)
        with standby as second:
            second.wait_for("lease.waiting")
            first.kill()
            second.wait_for("broker.subscribed")
            third = working(sqlite_database, mosquitto, subscribed=False, standby=True)
            with third as last:
                last.wait_for("lease.waiting")
                second.end()
                last.wait_for("broker.subscribed")
                device.say(minute(1))
                device.wait_for(1)
    assert counted(desk) == Counts(1, 1, 1, 0, 0, 0)


def test_a_stopped_worker_that_wakes_up_without_its_lease_writes_nothing_and_waits(
    desk: Desk, sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    """Its slot is emptied by the other; awake again it connects only after it has taken the slot anew (P5)."""
    with (
        speaking(mosquitto) as device,
        ingesting(sqlite_database, mosquitto.url, tmp_path / "log", "--slots", "1", **VARIABLES) as stopped,
        working(sqlite_database, mosquitto, **SHARED) as stays,
    ):
        stop_outside_a_transaction(stopped.process.pid, sqlite_database)
        device.say(*(minute(n) for n in range(200)))
        stays.wait_for("slot.retired")
        device.wait_for(200)
        stopped.process.send_signal(signal.SIGCONT)
        wait_until(lambda: stopped.said.count("broker.subscribed") == 2)
        assert "lease.lost" in stopped.said
        device.say(*(minute(n) for n in range(200, 300)))
        device.wait_for(300)
        assert stays.count("slot.given_back") == 0
    assert counted(desk) == Counts(300, 300, 300, 0, 0, 0)
