"""A silence says what is silent: the patient, the device, or its battery."""

import json
from datetime import timedelta

from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, handed_over
from registry.facts import end_fact
from tests.support.clinics import Clinic, ago, broken_promises, pressure

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def say(clinic: Clinic, patient: str, **said: object) -> None:
    """A heartbeat of the patient's device, now."""
    topic = f"hearthline/v1/up/dev-{patient}/status"
    one = handed_over(topic, json.dumps(said).encode(), clinic.now)
    batch = [Decoding(one, decode(one.payload, one.topic, one.received_at))]
    commit(clinic.engine, batch, clinic.workers[0].holders, clinic.clock)


def causes(clinic: Clinic) -> dict[str, str]:
    return {flag.patient_id: flag.evidence["silence"]["cause"] for flag in clinic.flags(rule="NODATA-BP")}


def test_a_silence_says_what_is_silent(any_clinic: Clinic) -> None:
    people = ("pt-alive", "pt-empty", "pt-mute", "pt-off")
    any_clinic.enrol(*people)
    any_clinic.take(*(pressure(each, ago(), "120 80 mmHg") for each in people))
    any_clinic.now += HOUR
    say(any_clinic, "pt-off", battery=80)
    any_clinic.now += 3 * DAY
    say(any_clinic, "pt-alive", battery=80, waiting=0)
    say(any_clinic, "pt-empty", battery=6)
    any_clinic.settle()
    assert causes(any_clinic) == {
        "pt-alive": "patient silent",
        "pt-empty": "battery low",
        "pt-mute": "device says nothing of itself",
        "pt-off": "device offline",
    }


def test_what_was_said_of_a_silence_stays_when_a_reading_closed_it(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(), "120 80 mmHg"))
    clinic.now += 4 * DAY
    say(clinic, "pt-anna", battery=3)
    clinic.settle()
    say(clinic, "pt-anna", battery=100)
    clinic.take(pressure("pt-anna", ago() + 4 * DAY, "120 80 mmHg"))
    [flag] = clinic.flags(rule="NODATA-BP")
    assert (flag.status, causes(clinic)) == ("resolved", {"pt-anna": "battery low"})


def test_while_the_patient_is_away_nothing_is_silent_and_afterwards_it_counts_anew(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(), "120 80 mmHg"))
    any_clinic.now += 4 * DAY
    any_clinic.settle()
    any_clinic.state("pt-anna", "paused=hospital", from_at=ago() + 3 * DAY)
    any_clinic.settle()
    assert [flag.status for flag in any_clinic.flags()] == ["withdrawn"]
    any_clinic.now += 20 * DAY
    any_clinic.settle()
    assert [flag.status for flag in any_clinic.flags()] == ["withdrawn"]
    home = ago() + 24 * DAY
    with Session(any_clinic.engine) as session, session.begin():
        end_fact(session, "pt-anna", "paused", None, at=home, author="nurse", now=any_clinic.now)
    any_clinic.settle()
    any_clinic.now = home + 3 * DAY
    any_clinic.settle()
    assert [flag.status for flag in any_clinic.flags()] == ["withdrawn"]
    any_clinic.now += HOUR
    any_clinic.settle()
    assert [(flag.status, flag.since) for flag in any_clinic.flags()][1:] == [("open", home + 3 * DAY)]
    assert broken_promises(any_clinic) == []
