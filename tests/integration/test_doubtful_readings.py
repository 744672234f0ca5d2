"""Doubtful readings in the record: trends do without them, the device is asked again, and the flag says why."""

from datetime import timedelta

from sqlalchemy.orm import Session

from hearthline.worklist import flag_line, flag_sheet
from models.tables import Flag, Patient, Prompt
from registry.assignments import assign_device
from registry.devices import enrol_device
from tests.support.clinics import DEVICE, Clinic, ago, broken_promises, fingerstick, pressure, weighing

MINUTE = timedelta(minutes=1)


def a_week(patient: str) -> list[object]:
    return [weighing(patient, ago(days=days), "80.0 kg") for days in range(7, 0, -1)]


def sheet(clinic: Clinic, flag: Flag) -> tuple[dict[str, object], dict[str, object]]:
    """For a person and for a program."""
    with Session(clinic.engine) as session:
        patient = session.get_one(Patient, flag.patient_id)
        return flag_sheet(flag, patient), flag_line(flag, patient)


def test_somebody_else_on_the_scale_is_no_fluid_and_is_asked_to_step_off(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    any_clinic.take(*a_week("pt-anna"), weighing("pt-anna", ago(), "95.0 kg"))
    assert (any_clinic.flags(), any_clinic.count(Prompt)) == ([], 1)
    any_clinic.now += MINUTE
    any_clinic.take(weighing("pt-anna", ago() + MINUTE, "80.2 kg"))
    assert (any_clinic.flags(), any_clinic.count(Prompt)) == ([], 0)
    assert broken_promises(any_clinic) == []


def test_who_really_weighs_so_much_is_flagged_with_the_third_weighing(clinic: Clinic) -> None:
    clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    clinic.take(*a_week("pt-anna"), weighing("pt-anna", ago(hours=22), "95.0 kg"))
    clinic.take(weighing("pt-anna", ago(hours=21), "95.2 kg"))
    assert clinic.flags() == []
    clinic.take(weighing("pt-anna", ago(), "95.1 kg"))
    [flag] = clinic.flags(rule="WT-HF-3D")
    assert (flag.rule, flag.breaches, flag.evidence["left_out"]) == ("WT-HF-3D", 1, 2)
    assert broken_promises(clinic) == []


def test_a_late_weighing_takes_a_doubt_away(clinic: Clinic) -> None:
    """What was 10 % from the median of four is not from that of five."""
    clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    told = [weighing("pt-anna", ago(days=days), "80.0 kg") for days in (6, 4)]
    told += [weighing("pt-anna", ago(days=5), "84.0 kg"), weighing("pt-anna", ago(days=2), "84.0 kg")]
    clinic.take(*told, weighing("pt-anna", ago(), "90.5 kg"))
    assert [flag.evidence["worst"]["measured_at"] for flag in clinic.flags()] != [ago().isoformat()]
    clinic.take(weighing("pt-anna", ago(days=1), "84.5 kg"))
    assert broken_promises(clinic) == []


def test_a_critical_flag_says_why_its_reading_is_doubtful(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(), "262 120 mmHg"))
    [flag] = clinic.flags(rule="BP-SEV")
    shown, said = sheet(clinic, flag)
    assert "(doubtful because an unusual value)" in str(shown["newest"])
    assert said["evidence"]["newest"]["doubts"] == ["questionable"]  # type: ignore[index]


def test_a_gain_says_how_many_weighings_it_does_without(clinic: Clinic) -> None:
    clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    clinic.take(*a_week("pt-anna"), weighing("pt-anna", ago(hours=6), "95.0 kg"), weighing("pt-anna", ago(), "82.5 kg"))
    [flag] = clinic.flags(rule="WT-HF-3D")
    assert sheet(clinic, flag)[0]["left out as doubtful"] == 1


def test_a_value_that_came_by_two_routes_is_kept_twice_and_counts_once(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    with Session(any_clinic.engine) as session, session.begin():
        enrol_device(session, DEVICE.format("a-phone"), "any", now=any_clinic.now)
        assign_device(session, DEVICE.format("a-phone"), "pt-anna", now=any_clinic.now)
    low = fingerstick("pt-anna", ago(minutes=5))
    copy = fingerstick("a-phone", ago(minutes=5))
    assert any_clinic.take(low, copy) == ["stored", "stored"]
    assert [(flag.rule, flag.breaches) for flag in any_clinic.flags()] == [("GLU-L1", 1)]
    assert broken_promises(any_clinic) == []
