"""Who has what: what the registry takes, what it refuses in one line, and what a handover does to stored readings."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.decoded import Decoded
from ingest.delivery import Attributed, Decoding, handed_over
from ingest.identify import identify
from models.tables import Reading, RegistryVersion
from registry.assignments import assign_device, list_assignments
from registry.devices import enrol_device, list_devices
from registry.errors import RegistryError
from registry.facts import list_facts, set_fact
from registry.holders import Holders
from registry.lock import hold_shared
from registry.patients import enrol_patient, get_patient, list_patients
from tests.support.clinics import NOW, Clinic, ago, broken_promises, clinic_at, fingerstick, pressure

PARIS = "Europe/Paris"
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)

REFUSED: dict[str, tuple[Callable[[Session], object], str]] = {
    "a patient's id that is taken": (
        lambda session: enrol_patient(session, name="Other", zone=PARIS, now=NOW, patient_id="pt-anna"),
        "patient pt-anna exists already; choose another id",
    ),
    "a zone that nobody knows": (
        lambda session: enrol_patient(session, name="Other", zone="Mars/Crater", now=NOW),
        "unknown time zone 'Mars/Crater'; use a name such as Europe/Paris",
    ),
    "a zone that is a path": (
        lambda session: enrol_patient(session, name="Other", zone="../../etc/passwd", now=NOW),
        "unknown time zone '../../etc/passwd'; use a name such as Europe/Paris",
    ),
    "no zone": (
        lambda session: enrol_patient(session, name="Other", zone="", now=NOW),
        "unknown time zone ''; use a name such as Europe/Paris",
    ),
    "a folder of zones": (
        lambda session: enrol_patient(session, name="Other", zone="Europe", now=NOW),
        "unknown time zone 'Europe'; use a name such as Europe/Paris",
    ),
    "a device's id that is taken": (
        lambda session: enrol_device(session, "dev-pt-anna", "any", now=NOW),
        "device dev-pt-anna is enrolled already; a new physical unit gets a new id",
    ),
    "a device's id with a line after it": (
        lambda session: enrol_device(session, "dev-00001\n", "any", now=NOW),
        "device id 'dev-00001\\n' does not fit: 8 to 40 of a-z, 0-9 and '-'",
    ),
    "a gateway that is not there": (
        lambda session: enrol_device(session, "dev-00001", "any", now=NOW, gateway_id="gate-001"),
        "no device gate-001; see: hearthline devices list",
    ),
    "a device that is not there": (
        lambda session: assign_device(session, "dev-00001", "pt-anna", now=NOW),
        "no device dev-00001; see: hearthline devices list",
    ),
    "a patient who is not there": (
        lambda session: assign_device(session, "dev-pt-anna", "pt-nobody", now=NOW),
        "no patient pt-nobody; see: hearthline patients list",
    ),
    "a start that is taken": (
        lambda session: assign_device(session, "dev-pt-anna", "pt-anna", now=NOW, from_at=BEGINNING),
        "the device already has a holder from 1900-01-01T00:00:00+00:00; choose another instant",
    ),
    "a fact about nobody": (
        lambda session: set_fact(session, "pt-nobody", "condition", "asthma", author="test", now=NOW),
        "no patient pt-nobody; see: hearthline patients list",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line_that_says_what_to_do(clinic: Clinic, what: str) -> None:
    act, expected = REFUSED[what]
    clinic.enrol("pt-anna")
    with Session(clinic.engine) as session, pytest.raises(RegistryError) as refusal:
        act(session)
    assert str(refusal.value) == expected


@pytest.mark.parametrize(
    "device_id", ["dev-123", "d" * 41, "Dev-00001", "dev_00001", "dev-0000é", "dev 00001", "dev/0001", "dev-+#001"]
)
def test_a_device_id_is_eight_to_forty_plain_characters(clinic: Clinic, device_id: str) -> None:
    with Session(clinic.engine) as session, pytest.raises(RegistryError, match="does not fit"):
        enrol_device(session, device_id, "any", now=NOW)


def test_lists_are_in_an_order_that_people_expect(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-bert", "pt-anna", facts=["condition=hypertension"])
    any_clinic.state("pt-anna", "condition=diabetes_type_2", from_at=ago(days=2))
    any_clinic.state("pt-anna", "a=b")
    any_clinic.hand_over("pt-bert", "pt-anna", ago(days=1))
    with Session(any_clinic.engine) as session:
        assert [patient.name for patient in list_patients(session)] == ["Pt-Anna", "Pt-Bert"]
        assert [device.id for device in list_devices(session)] == ["dev-pt-anna", "dev-pt-bert"]
        facts = [(fact.name, fact.value) for fact in list_facts(session, "pt-anna")]
        assert facts == [("a", "b"), ("condition", "hypertension"), ("condition", "diabetes_type_2")]
        held = [(each.device_id, each.patient_id, each.until_at) for each in list_assignments(session)]
        assert held == [
            ("dev-pt-anna", "pt-anna", None),
            ("dev-pt-bert", "pt-bert", ago(days=1)),
            ("dev-pt-bert", "pt-anna", None),
        ]
        assert get_patient(session, "pt-anna").zone == PARIS


def test_a_patient_without_an_id_gets_one(clinic: Clinic) -> None:
    with Session(clinic.engine) as session, session.begin():
        ids = {enrol_patient(session, name="Somebody", zone=PARIS, now=NOW).id for _ in range(3)}
    assert len(ids) == 3
    assert all(each.startswith("pt-") for each in ids)


def test_a_second_holder_starts_now_and_ends_the_first(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.hand_over("pt-anna", "pt-bert")
    with Session(any_clinic.engine) as session:
        first, second = list_assignments(session, "dev-pt-anna")
    assert (first.from_at, first.until_at) == (BEGINNING, NOW)
    assert (second.from_at, second.until_at) == (NOW, None)


def test_a_holder_put_in_between_lasts_until_the_next(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    for patient, days in (("pt-bert", 4), ("pt-anna", 6), ("pt-anna", 2), ("pt-bert", 5)):
        any_clinic.hand_over("pt-anna", patient, ago(days=days))
    with Session(any_clinic.engine) as session:
        held = list_assignments(session, "dev-pt-anna")
    assert [(each.patient_id, each.from_at) for each in held[1:]] == [
        ("pt-anna", ago(days=6)), ("pt-bert", ago(days=5)), ("pt-bert", ago(days=4)), ("pt-anna", ago(days=2)),
    ]  # fmt: skip
    assert [each.until_at for each in held] == [each.from_at for each in held[1:]] + [None]


def holders(clinic: Clinic) -> list[str]:
    """Of all readings, oldest first."""
    with Session(clinic.engine) as session:
        return list(session.scalars(select(Reading.patient_id).order_by(Reading.measured_at, Reading.id)))


def test_a_handover_takes_its_readings_along_and_both_are_judged_again(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    for hours in (9, 5, 4):
        any_clinic.take(pressure("pt-anna", ago(hours=hours)))
    any_clinic.hand_over("pt-anna", "pt-bert", ago(hours=5))
    any_clinic.settle()
    assert holders(any_clinic) == ["pt-anna", "pt-bert", "pt-bert"]
    flags = [(flag.patient_id, flag.status, flag.breaches) for flag in any_clinic.flags(rule="BP-SEV")]
    assert flags == [("pt-anna", "open", 1), ("pt-bert", "open", 2)]
    any_clinic.now += timedelta(minutes=2)
    any_clinic.settle()
    assert broken_promises(any_clinic) == []


def test_who_loses_every_reading_keeps_no_flag(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(pressure("pt-anna", ago(days=9)), fingerstick("pt-anna", ago(days=9), "LO mg/dL"))
    any_clinic.now += timedelta(minutes=2)
    any_clinic.settle()
    any_clinic.hand_over("pt-anna", "pt-bert", ago(days=10))
    any_clinic.settle()
    assert {flag.status for flag in any_clinic.flags("pt-anna")} == {"withdrawn"}
    assert {flag.rule for flag in any_clinic.flags("pt-bert") if flag.status == "open"} == {
        "BP-SEV", "GLU-L2", "NODATA-BP", "NODATA-GLU",
    }  # fmt: skip
    assert {patient for patient, _, _, _ in any_clinic.queue()} <= {"pt-bert"}
    assert broken_promises(any_clinic) == []


def test_a_doubtful_clock_proves_no_interval(any_clinic: Clinic) -> None:
    """What was the sole holder's stays theirs."""
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(pressure("pt-anna", datetime(2000, 1, 1, 8, tzinfo=UTC)), pressure("pt-anna", ago(hours=1)))
    any_clinic.hand_over("pt-anna", "pt-bert", datetime(1999, 1, 1, tzinfo=UTC))
    assert holders(any_clinic) == ["pt-anna", "pt-bert"]


def test_every_change_raises_the_version(any_clinic: Clinic) -> None:
    def version() -> int:
        with Session(any_clinic.engine) as session:
            return session.scalars(select(RegistryVersion.version)).one()

    before = version()
    any_clinic.enrol("pt-anna", "pt-bert")
    assert version() == before + 4
    any_clinic.hand_over("pt-anna", "pt-bert")
    assert version() == before + 5


def test_a_refused_handover_changes_nothing(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(hours=1)))
    with pytest.raises(RegistryError):
        any_clinic.hand_over("pt-anna", "pt-nobody", ago(hours=2))
    assert holders(any_clinic) == ["pt-anna"]
    assert any_clinic.take(pressure("pt-anna", ago(minutes=1))) == ["stored"]


PEOPLE = ["pt-anna", "pt-bert", "pt-cleo"]
EVENTS = st.tuples(
    st.sampled_from([None, None, *PEOPLE]), st.sampled_from([None, None, 1, 2]), st.none() | st.integers(0, 20)
)


@pytest.fixture(scope="module")
def lasting_clinic(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """For many examples: one file, cleared between them."""
    file = tmp_path_factory.mktemp("registry") / "hearthline.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with clinic_at(f"sqlite:///{file}") as clinic:
        yield clinic


@example(events=[("pt-anna", None, None), (None, 1, 1), ("pt-bert", 1, 0)])
@given(events=st.lists(EVENTS, max_size=12))
def test_a_stored_reading_is_with_whom_it_would_be_found_now(
    lasting_clinic: Clinic, events: list[tuple[str, str, int | None, int]]
) -> None:
    """Readings of slots and of whole devices follow every assignment, whatever became known first."""
    clinic, [worker] = lasting_clinic, lasting_clinic.workers
    clinic.clear()
    with Session(clinic.engine) as session, session.begin():
        for patient in PEOPLE:
            enrol_patient(session, name=patient, zone=PARIS, now=NOW, patient_id=patient)
        enrol_device(session, "dev-shared", "any", now=NOW)
    read = [reading(slot, hours or 0, number) for number, (_, slot, hours) in enumerate(events)]
    for (patient, slot, hours), one in zip(events, read, strict=True):
        if patient is None:
            commit(worker.engine, [one], worker.holders, clinic.clock)
        else:
            assign_unless_taken(clinic, patient, slot, hours)
    with Session(clinic.engine) as session:
        found = dict(session.execute(select(Reading.given_id, Reading.patient_id)).all())
    assert found == {given: patient for given, patient in map(partial(whom_now, clinic), read) if given in found}


def reading(slot: int | None, hours: int, number: int) -> Decoding:
    body = json.loads(pressure("", ago(hours=hours)).payload) | {"id": f"r{number}"} | ({"user": slot} if slot else {})
    one = handed_over("hearthline/v1/up/dev-shared/blood_pressure", json.dumps(body).encode(), NOW)
    return Decoding(one, decode(one.payload, one.topic, one.received_at))


def assign_unless_taken(clinic: Clinic, patient: str, slot: int | None, hours: int | None) -> None:
    start = None if hours is None else ago(hours=hours)
    with suppress(RegistryError), Session(clinic.engine) as session, session.begin():
        assign_device(session, "dev-shared", patient, now=NOW, slot=slot, from_at=start)


def whom_now(clinic: Clinic, decoding: Decoding) -> tuple[str | None, str | None]:
    """The reading's id and the patient to whom the write path would attribute it by the registry as it stands."""
    [outcome], holders = decoding.outcomes, Holders()
    assert isinstance(outcome, Decoded)
    with clinic.engine.begin() as connection:
        holders.refresh(connection, hold_shared(connection), ["dev-shared"])
    found = identify(outcome, "dev-shared", holders, NOW)
    return outcome.given_id, found.patient_id if isinstance(found, Attributed) else None
