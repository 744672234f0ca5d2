"""A reading that wants a repeat prompts its device, once an episode, and nobody waits for the answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from device import Device
from device.prompts import Prompt as Told
from device.readings import Values
from ingest.repeats import send_repeats
from models.tables import Flag, Prompt
from registry.devices import enrol_device
from tests.support.clinics import Clinic, ago, pressure, sensor
from tests.support.desks import CUFF, desk_at
from tests.support.processes import Server
from tests.support.speaking import wait_until
from tests.support.working import working

MINUTE = timedelta(minutes=1)
SEVERE: Values = {"systolic": (192, "mmHg"), "diastolic": (104, "mmHg")}
CALM: Values = {"systolic": (138, "mmHg"), "diastolic": (84, "mmHg")}


class Down:
    """Keeps what is published; `there` says whether the broker is reachable."""

    def __init__(self) -> None:
        self.there, self.topics = True, list[str]()

    def publish(self, topic: str, _payload: str) -> bool:
        if self.there:
            self.topics.append(topic.split("/")[3])
        return self.there


def test_a_severe_pressure_asks_its_device_until_it_is_answered(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago()))
    down = Down()
    assert send_repeats(any_clinic.engine, down.publish, any_clinic.now) == 1
    assert send_repeats(any_clinic.engine, down.publish, any_clinic.now + MINUTE) == 0, "it was asked"
    assert send_repeats(any_clinic.engine, down.publish, any_clinic.now + 5 * MINUTE) == 1, "and may not have heard"
    assert down.topics == ["dev-pt-anna"] * 2
    any_clinic.now += 6 * MINUTE
    any_clinic.take(pressure("pt-anna", ago() + 6 * MINUTE, "130 80 mmHg"))
    assert any_clinic.count(Prompt) == 0


def test_nobody_is_asked_to_repeat_what_was_measured_long_ago(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(minutes=15)))
    assert (len(clinic.flags(rule="BP-SEV")), clinic.count(Prompt)) == (1, 0)


def test_an_episode_asks_once_whatever_comes_late(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(minutes=2)))
    send_repeats(clinic.engine, Down().publish, clinic.now)
    clinic.take(pressure("pt-anna", ago(days=1), "130 80 mmHg"))
    assert send_repeats(clinic.engine, Down().publish, clinic.now + MINUTE) == 0


def test_what_the_broker_did_not_take_is_asked_when_it_is_back(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(*(sensor("pt-anna", ago(minutes=minutes)) for minutes in (10, 5, 0)))
    down = Down()
    down.there = False
    assert send_repeats(clinic.engine, down.publish, clinic.now) == 0
    down.there = True
    assert send_repeats(clinic.engine, down.publish, clinic.now) == 1


def test_after_the_wait_nobody_is_asked_and_the_flag_goes_on(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago()))
    clinic.now += 16 * MINUTE
    clinic.settle()
    [flag] = clinic.flags(rule="BP-SEV")
    assert (flag.status, flag.awaiting_confirmation) == ("open", False)
    assert send_repeats(clinic.engine, Down().publish, clinic.now) == 0


def test_behind_a_gateway_the_gateway_is_told(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    with Session(clinic.engine) as session, session.begin():
        enrol_device(session, "gateway-01", "any", now=clinic.now)
    clinic.run("UPDATE device SET gateway_id = 'gateway-01' WHERE id = 'dev-pt-anna'")
    clinic.take(pressure("pt-anna", ago()))
    down = Down()
    send_repeats(clinic.engine, down.publish, clinic.now)
    assert down.topics == ["gateway-01"]


@pytest.mark.slow
def test_a_device_of_the_sdk_is_asked_at_once_and_its_answer_dismisses(
    sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    with desk_at(sqlite_database) as desk:
        desk.enrol(CUFF, "ana")
    told: list[Told] = []
    with (
        working(sqlite_database, mosquitto),
        Device(CUFF, mosquitto.url, tmp_path / "buffer.db", on_prompt=told.append) as device,
    ):
        began = datetime.now(UTC) - MINUTE
        device.take("blood_pressure", SEVERE, measured_at=began)
        wait_until(lambda: bool(told))
        device.take("blood_pressure", CALM, measured_at=datetime.now(UTC))
        assert device.flush(20)
        with desk_at(sqlite_database) as desk:
            wait_until(lambda: [flag.not_confirmed for flag in desk.all(Flag)] == [True])
            assert desk.all(Prompt) == []
    assert [(each.kind, each.body["measure"]) for each in told] == [("measure_again", "blood_pressure")]
    expires_at = told[0].expires_at
    assert expires_at is not None
    assert abs(expires_at - began - 15 * MINUTE) < timedelta(seconds=1)
