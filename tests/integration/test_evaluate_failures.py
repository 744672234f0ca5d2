"""An evaluation that fails, or never came, is made good, and nobody else waits for it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from flags.sweep import look_again_at_left
from tests.support.clinics import NOW, Clinic, ago, broken_promises, fingerstick, pressure, weighing

BREAK = "UPDATE reading SET as_sent = '{\"systolic\": 5}' WHERE given_id = '%s'"
WHOLE = '{"systolic": ["185", "mmHg"], "diastolic": ["100", "mmHg"]}'
MEND = f"UPDATE reading SET as_sent = '{WHOLE}' WHERE given_id = '%s'"


def open_rules(clinic: Clinic) -> list[tuple[str, str]]:
    return sorted((flag.patient_id, flag.rule) for flag in clinic.flags() if flag.status == "open")


def waiting(clinic: Clinic, reason: str) -> list[tuple[str, str, timedelta]]:
    return [(patient, stream, due - clinic.now) for patient, stream, why, due in clinic.queue() if why == reason]


def test_a_patient_whose_evaluation_raises_does_not_stop_the_others(any_clinic: Clinic) -> None:
    patients = [f"pt-{n:02}" for n in range(9)]
    any_clinic.enrol(*patients)
    taken = [pressure(patient, ago(hours=1)) for patient in patients]
    any_clinic.store(*taken)
    any_clinic.run("UPDATE reading SET as_sent = '{\"systolic\": 5}' WHERE patient_id = 'pt-04'")
    any_clinic.evaluate(*patients)
    assert open_rules(any_clinic) == [(patient, "BP-SEV") for patient in patients if patient != "pt-04"]
    assert waiting(any_clinic, "retry") == [("pt-04", "blood_pressure", timedelta(seconds=30))]


def test_a_failed_evaluation_is_tried_again_ever_later_and_recovers_after_repair(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    taken = pressure("pt-anna", ago(hours=1))
    clinic.store(taken)
    clinic.run(BREAK % taken.id)
    clinic.evaluate("pt-anna")
    waits = []
    for _ in range(10):
        [(_, _, wait)] = waiting(clinic, "retry")
        waits.append(wait.total_seconds())
        clinic.now += wait - timedelta(seconds=1)
        assert clinic.sweep() == 0
        clinic.now += timedelta(seconds=1)
        assert clinic.sweep() == 1
    assert waits == [30 * 2**n for n in (0, 1, 2, 3, 4, 5, 6, 7, 7, 7)]
    clinic.run(MEND % taken.id)
    clinic.now += timedelta(hours=2)
    clinic.settle()
    assert open_rules(clinic) == [("pt-anna", "BP-SEV")]
    assert broken_promises(clinic) == []


def test_a_later_reading_does_not_make_the_failed_try_forgotten(clinic: Clinic) -> None:
    """It was taken so long ago that no rule looks back to it."""
    clinic.enrol("pt-anna")
    early = pressure("pt-anna", ago(days=100))
    clinic.store(early)
    clinic.run(BREAK % early.id)
    clinic.evaluate("pt-anna")
    for hours, value in ((60 * 24, "120 80 mmHg"), (20 * 24, "120 80 mmHg"), (1, "190 80 mmHg")):
        clinic.take(pressure("pt-anna", ago(hours=hours), value))
    assert [flag.since for flag in clinic.flags(rule="BP-SEV")] == [ago(hours=1)], "what can be judged is judged"
    clinic.run(MEND % early.id)
    clinic.now += timedelta(hours=3)
    clinic.settle()
    clinic.now += timedelta(minutes=2)
    clinic.settle()
    assert [each.started_at for each in clinic.episodes()["pt-anna", "BP-SEV"]] == [ago(days=100), ago(hours=1)]
    assert broken_promises(clinic) == []


def test_failures_of_one_stream_make_one_try_however_many_readings_come(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    taken = pressure("pt-anna", ago(hours=1))
    clinic.take(fingerstick("pt-anna", ago(hours=1), "100 mg/dL"))
    clinic.store(taken)
    clinic.run(BREAK % taken.id)
    for minutes in (50, 40, 30):
        clinic.take(pressure("pt-anna", ago(hours=1, minutes=minutes)))
    assert len(waiting(clinic, "retry")) == 1
    assert [stream for _, stream, _ in waiting(clinic, "timer")] == ["glucose"], "another stream keeps its timer"


def test_a_row_the_database_refuses_is_its_patients_fault_alone(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(pressure("pt-bert", ago(days=1)))
    any_clinic.run("UPDATE flag SET status = 'withdrawn', rule = 'BP-SEV', severity = 'CRIT'")
    any_clinic.run(
        "INSERT INTO episode (id, patient_id, measure, rule, severity, state, started_at, last_at, ended_at, breaches,"
        " evidence) SELECT '00000000000000000000000000000001', 'pt-anna', measure, rule, severity, state,"
        f" '{ago(hours=1):%Y-%m-%d %H:%M:%S}.000000', last_at, '{ago(days=9):%Y-%m-%d %H:%M:%S}.000000', breaches,"
        " evidence FROM episode"
    )
    any_clinic.store(pressure("pt-anna", ago(hours=1)), pressure("pt-bert", ago(hours=1)))
    any_clinic.evaluate("pt-anna", "pt-bert")
    assert ("pt-bert", "BP-SEV") in open_rules(any_clinic)
    assert [patient for patient, _, _ in waiting(any_clinic, "retry")] == ["pt-anna"]


def test_the_database_going_away_is_no_patients_fault(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.store(pressure("pt-anna", ago(hours=1)))
    clinic.run("ALTER TABLE episode RENAME TO away")
    with pytest.raises(OperationalError):
        clinic.evaluate("pt-anna")
    clinic.run("ALTER TABLE away RENAME TO episode")
    assert [reason for _, _, reason, _ in clinic.queue()] == ["reading"]
    clinic.settle()
    assert open_rules(clinic) == [("pt-anna", "BP-SEV")]


def test_what_a_death_between_store_and_evaluate_left_is_flagged_once_by_the_sweep(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.store(pressure("pt-anna", ago(hours=1)))
    any_clinic.settle(worker=1)
    any_clinic.evaluate("pt-anna")
    any_clinic.settle()
    assert open_rules(any_clinic) == [("pt-anna", "BP-SEV")]
    assert [flag.episodes for flag in any_clinic.flags()] == [1]


def test_a_row_of_a_worker_whose_clock_is_ahead_is_not_passed_over(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.now += timedelta(seconds=5)
    clinic.store(pressure("pt-anna", ago(days=2)))
    clinic.now -= timedelta(seconds=5)
    clinic.take(pressure("pt-anna", ago(hours=1), "120 80 mmHg"))
    assert [flag.since for flag in clinic.flags(rule="BP-SEV")] == [ago(days=2)]


def test_what_a_worker_left_that_died_with_its_clock_ahead_is_looked_at_by_the_next(any_clinic: Clinic) -> None:
    """C2: and what waits for time to pass goes on waiting."""
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(pressure("pt-bert", ago(hours=1), "120 80 mmHg"))
    any_clinic.now += timedelta(days=1)
    any_clinic.store(pressure("pt-anna", ago(hours=1)))
    any_clinic.now -= timedelta(days=1)
    assert any_clinic.sweep() == 0
    look_again_at_left(any_clinic.engine, any_clinic.now)
    assert any_clinic.sweep() == 1
    assert open_rules(any_clinic) == [("pt-anna", "BP-SEV")]


def test_a_clock_at_the_first_year_does_not_stop_its_patient(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    first = NOW.replace(year=1, month=1, day=1, hour=0, microsecond=0)
    verdicts = any_clinic.take(
        pressure("pt-anna", first),
        fingerstick("pt-anna", first),
        weighing("pt-anna", first),
        fingerstick("pt-anna", ago()),
    )
    assert verdicts == ["stored"] * 4
    any_clinic.settle()
    assert waiting(any_clinic, "retry") == []
    assert open_rules(any_clinic) == [("pt-anna", "BP-SEV"), ("pt-anna", "GLU-L1")]
