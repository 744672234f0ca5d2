"""Two workers at once (D18), a handover inside an open batch (D19), and a sweep beside them (F25), held at the worst
moments. Each race is also run without its lock, to show that the test would notice."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from flags import evaluate as evaluation
from flags.actions import acknowledge
from flags.errors import FlagError
from flags.locks import lock_key
from flags.worklist import get_flag
from ingest import store as storing
from models.tables import Reading, RegistryVersion
from registry.assignments import assign_device
from tests.support.clinics import Clinic, ago, broken_promises, fingerstick, pressure, sensor
from tests.support.gates import Gate, gate_at_commit, gate_before, wait_until_blocked

SOON = 20.0


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def without_locks(_connection: Connection, patients: Sequence[str]) -> list[str]:
    return sorted(patients, key=lock_key)


def retries(clinic: Clinic) -> list[str]:
    return [patient for patient, _, reason, _ in clinic.queue() if reason == "retry"]


def let_both_evaluate(clinic: Clinic, threads: ThreadPoolExecutor) -> None:
    """The first worker is held when it has done everything but commit; the second comes meanwhile."""
    with gate_at_commit(clinic.workers[0].engine) as gate:
        first = threads.submit(clinic.evaluate, "pt-anna", worker=0)
        gate.wait_for_arrival()
        second = threads.submit(clinic.evaluate, "pt-anna", worker=1)
        wait_until_blocked(clinic.workers[2].engine, second.done)
        gate.open()
        first.result(SOON), second.result(SOON)


def halves(clinic: Clinic) -> None:
    """Three lows in a row: two in the first worker's batch, one in the second's; both are stored."""
    clinic.enrol("pt-anna")
    clinic.store(sensor("pt-anna", ago(minutes=30)), sensor("pt-anna", ago(minutes=20)), worker=0)
    clinic.store(sensor("pt-anna", ago(minutes=25)), worker=1)


def test_two_workers_with_half_of_a_breach_each_raise_it_once(
    shared_clinic: Clinic, threads: ThreadPoolExecutor
) -> None:
    halves(shared_clinic)
    with capture_logs() as logs:
        let_both_evaluate(shared_clinic, threads)
    assert logs == []
    assert [(flag.status, flag.breaches) for flag in shared_clinic.flags(rule="CGM-L2")] == [("open", 3)]


def test_without_the_lock_one_of_them_fails(
    shared_clinic: Clinic, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "lock_patients", without_locks)
    halves(shared_clinic)
    with capture_logs() as logs:
        let_both_evaluate(shared_clinic, threads)
    assert [(each["event"], each["cause"]) for each in logs] == [("evaluation.failed", "IntegrityError")]


def test_half_of_a_breach_that_is_stored_but_not_committed_is_not_missed(
    shared_clinic: Clinic, threads: ThreadPoolExecutor
) -> None:
    shared_clinic.enrol("pt-anna")
    with gate_at_commit(shared_clinic.workers[0].engine) as gate:
        lows = [sensor("pt-anna", ago(minutes=minutes)) for minutes in (30, 20)]
        first = threads.submit(shared_clinic.take, *lows, worker=0)
        gate.wait_for_arrival()
        assert shared_clinic.take(sensor("pt-anna", ago(minutes=25)), worker=1) == ["stored"]
        gate.open()
        assert first.result(SOON) == ["stored", "stored"]
    assert [(flag.status, flag.breaches) for flag in shared_clinic.flags(rule="CGM-L2")] == [("open", 3)]


def overtake(clinic: Clinic, threads: ThreadPoolExecutor) -> None:
    """The first worker has read history and is held before its commit; a repeat that dismisses the episode is stored
    and evaluated by the second meanwhile."""
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(hours=2)))
    clinic.store(pressure("pt-anna", ago(hours=1)), worker=0)
    with gate_at_commit(clinic.workers[0].engine) as gate:
        first = threads.submit(clinic.evaluate, "pt-anna", worker=0)
        gate.wait_for_arrival()
        second = threads.submit(clinic.take, pressure("pt-anna", ago(minutes=110), "130 80 mmHg"), worker=1)
        wait_until_blocked(clinic.workers[2].engine, second.done)
        gate.open()
        first.result(SOON), second.result(SOON)


def test_who_read_less_never_writes_over_who_read_more(shared_clinic: Clinic, threads: ThreadPoolExecutor) -> None:
    overtake(shared_clinic, threads)
    assert [each.state for each in shared_clinic.episodes()["pt-anna", "BP-SEV"]] == ["not_confirmed", "lasting"]
    assert broken_promises(shared_clinic) == []


def test_without_the_lock_the_newer_answer_is_lost(
    shared_clinic: Clinic, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "lock_patients", without_locks)
    overtake(shared_clinic, threads)
    assert retries(shared_clinic) or broken_promises(shared_clinic)


def test_the_sweep_passes_over_who_is_being_evaluated(shared_clinic: Clinic, threads: ThreadPoolExecutor) -> None:
    shared_clinic.enrol("pt-anna", "pt-bert")
    shared_clinic.store(pressure("pt-anna", ago(hours=1)), pressure("pt-bert", ago(hours=1)))
    with gate_at_commit(shared_clinic.workers[0].engine) as gate:
        first = threads.submit(shared_clinic.evaluate, "pt-anna", worker=0)
        gate.wait_for_arrival()
        assert threads.submit(shared_clinic.sweep, 1).result(SOON) == 2
        assert [flag.patient_id for flag in shared_clinic.flags()] == ["pt-bert"]
        gate.open()
        first.result(SOON)
    assert sorted(flag.patient_id for flag in shared_clinic.flags()) == ["pt-anna", "pt-bert"]


def test_a_person_acting_waits_for_the_evaluation_under_way(shared_clinic: Clinic, threads: ThreadPoolExecutor) -> None:
    """And acts on what it wrote: a flag that has just closed by itself is not opened again by an acknowledgement."""
    shared_clinic.enrol("pt-anna")
    shared_clinic.take(fingerstick("pt-anna", ago(hours=2), "60 mg/dL"))
    [flag] = shared_clinic.flags()
    shared_clinic.store(fingerstick("pt-anna", ago(hours=1), "100 mg/dL"))

    def act() -> None:
        with Session(shared_clinic.workers[1].engine) as session, session.begin():
            seen = get_flag(session, flag.id)
            acknowledge(session, seen.id, actor="nurse", note="seen", now=shared_clinic.now)

    with gate_at_commit(shared_clinic.workers[0].engine) as gate:
        first = threads.submit(shared_clinic.evaluate, "pt-anna", worker=0)
        gate.wait_for_arrival()
        second = threads.submit(act)
        assert wait_until_blocked(shared_clinic.workers[2].engine, second.done)
        gate.open()
        first.result(SOON)
        with pytest.raises(FlagError, match="is resolved"):
            second.result(SOON)
    [flag] = shared_clinic.flags()
    assert [(step["actor"], step["to"]) for step in flag.history] == [("system", "open"), ("system", "resolved")]


def test_evaluators_and_sweeps_at_once_never_stop_each_other(
    shared_clinic: Clinic, threads: ThreadPoolExecutor
) -> None:
    patients = [f"pt-{n:02}" for n in range(12)]
    shared_clinic.enrol(*patients)

    def work(worker: int, order: list[str]) -> None:
        for n in range(8):
            shared_clinic.store(*[pressure(each, ago(minutes=30 * n + worker)) for each in order], worker=worker)
            shared_clinic.evaluate(*order, worker=worker)

    def look_around() -> None:
        while not all(each.done() for each in workers):
            shared_clinic.sweep(worker=2)

    workers = [threads.submit(work, 0, patients), threads.submit(work, 1, patients[::-1])]
    sweeping = threads.submit(look_around)
    for each in (*workers, sweeping):
        each.result(60)
    shared_clinic.settle()
    shared_clinic.now += timedelta(minutes=2)
    shared_clinic.settle()
    assert broken_promises(shared_clinic) == []
    assert len(shared_clinic.flags(rule="BP-SEV")) == len(patients)


def hand_over_inside(clinic: Clinic, threads: ThreadPoolExecutor, gate: Gate) -> bool:
    """A batch of the first holder's readings is open when the device is given to the second as of an hour ago.
    Answers whether the handover had to wait."""
    clinic.enrol("pt-anna", "pt-bert")
    readings = [pressure("pt-anna", ago(minutes=minutes)) for minutes in (90, 30, 20)]
    storing = threads.submit(clinic.take, *readings, worker=0)
    gate.wait_for_arrival()
    handing: Future[None] = threads.submit(assign_by_second_worker, clinic)
    waited = wait_until_blocked(clinic.workers[2].engine, handing.done)
    gate.open()
    assert storing.result(SOON) == ["stored"] * 3
    handing.result(SOON)
    clinic.settle(worker=1)
    return waited


def assign_by_second_worker(clinic: Clinic) -> None:
    with Session(clinic.workers[1].engine) as session, session.begin():
        assign_device(session, "dev-pt-anna", "pt-bert", now=clinic.now, from_at=ago(hours=1))


def holders(clinic: Clinic) -> list[str]:
    """Of the readings, oldest first."""
    with Session(clinic.engine) as session:
        return list(session.scalars(select(Reading.patient_id).order_by(Reading.measured_at)))


@pytest.mark.parametrize("before", ["INSERT INTO reading", "INSERT INTO message", "INSERT INTO evaluation"])
def test_a_handover_waits_for_the_open_batch_and_takes_its_readings_along(
    shared_clinic: Clinic, threads: ThreadPoolExecutor, before: str
) -> None:
    with gate_before(shared_clinic.workers[0].engine, before) as gate:
        assert hand_over_inside(shared_clinic, threads, gate), "the handover waits"
    assert holders(shared_clinic) == ["pt-anna", "pt-bert", "pt-bert"]
    flags = [(flag.patient_id, flag.status, flag.breaches) for flag in shared_clinic.flags(rule="BP-SEV")]
    assert flags == [("pt-anna", "open", 1), ("pt-bert", "open", 2)]
    assert broken_promises(shared_clinic) == []
    shared_clinic.take(pressure("pt-anna", ago(minutes=10)), worker=0)
    assert holders(shared_clinic)[-1] == "pt-bert", "the worker's cache has heard of it"


def test_without_the_registry_lock_they_stay_with_who_gave_the_device_away(
    shared_clinic: Clinic, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(connection: Connection) -> int:
        return connection.execute(select(RegistryVersion.version)).scalar_one()

    monkeypatch.setattr(storing, "hold_shared", version)
    with gate_before(shared_clinic.workers[0].engine, "INSERT INTO reading") as gate:
        assert not hand_over_inside(shared_clinic, threads, gate)
    assert holders(shared_clinic) == ["pt-anna"] * 3
