"""What people do about flags, and what evaluation does around it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from flags.actions import acknowledge, resolve
from flags.errors import FlagError
from flags.worklist import get_flag, list_flags
from tests.support.clinics import NOW, Clinic, ago, broken_promises, fingerstick, pressure, weighing


def close(clinic: Clinic, number: int = 0, rule: str | None = None) -> None:
    """A nurse resolves the active flag of this number, oldest first, of one rule or of all."""
    active = [flag for flag in clinic.flags(rule=rule) if flag.status in ("open", "acknowledged")]
    with Session(clinic.engine) as session, session.begin():
        resolve(session, active[number].id, actor="nurse", note="called", now=clinic.now)


def shown(clinic: Clinic, rule: str = "BP-SEV") -> list[tuple[str, int, int]]:
    return [(flag.status, flag.episodes, flag.breaches) for flag in clinic.flags(rule=rule)]


def test_every_transition_is_kept_with_who_when_and_why(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(hours=1)))
    [flag] = any_clinic.flags()
    for act, note in ((acknowledge, "seen"), (resolve, "called, repeats at noon")):
        any_clinic.now += timedelta(minutes=1)
        with Session(any_clinic.engine) as session, session.begin():
            act(session, flag.id, actor="nurse", note=note, now=any_clinic.now)
    [flag] = any_clinic.flags()
    assert [(step["actor"], step["from"], step["to"], step["note"]) for step in flag.history] == [
        ("system", None, "open", "raised"),
        ("nurse", "open", "acknowledged", "seen"),
        ("nurse", "acknowledged", "resolved", "called, repeats at noon"),
    ]
    assert flag.history[-1]["at"] == any_clinic.now.isoformat()
    assert flag.changed_at == any_clinic.now


@pytest.mark.parametrize("act", [acknowledge, resolve])
def test_a_closed_flag_is_not_acted_on_again(clinic: Clinic, act) -> None:
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(hours=1)))
    close(clinic)
    [flag] = clinic.flags()
    with Session(clinic.engine) as session, pytest.raises(FlagError, match=r"is resolved; only .*open.* can become"):
        act(session, flag.id, actor="nurse", note="", now=clinic.now)


def test_a_flag_that_is_not_there_is_said_so_in_one_line(clinic: Clinic) -> None:
    with Session(clinic.engine) as session, pytest.raises(FlagError, match=r"^no flag .*flags list$"):
        get_flag(session, uuid4())


def test_a_late_reading_from_before_it_was_resolved_changes_no_minds(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(hours=1)))
    close(any_clinic)
    any_clinic.take(pressure("pt-anna", ago(minutes=30)))
    assert shown(any_clinic) == [("resolved", 1, 2)]
    assert broken_promises(any_clinic) == []


def test_a_breach_after_it_was_resolved_is_a_new_flag_even_when_a_late_reading_came_between(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(hours=1)))
    close(any_clinic)
    any_clinic.now += timedelta(hours=3)
    any_clinic.take(pressure("pt-anna", ago(minutes=30)))
    any_clinic.take(pressure("pt-anna", ago(hours=-1)))
    assert shown(any_clinic) == [("resolved", 1, 2), ("open", 1, 3)]
    assert broken_promises(any_clinic) == []


def test_a_further_urgent_episode_joins_the_flag_that_waits(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    for days, value in ((9, "LO mg/dL"), (8, "100 mg/dL"), (2, "50 mg/dL"), (1, "100 mg/dL")):
        any_clinic.take(fingerstick("pt-anna", ago(days=days), value))
    assert shown(any_clinic, "GLU-L2") == [("open", 2, 2)]
    assert [(flag.since, flag.until, flag.ended) for flag in any_clinic.flags(rule="GLU-L2")] == [
        (ago(days=9), ago(days=2), True)
    ]


def test_the_end_of_an_episode_resolved_long_ago_raises_nothing(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(days=9)))
    close(any_clinic)
    any_clinic.take(pressure("pt-anna", ago(hours=2), "120 80 mmHg"))
    any_clinic.take(pressure("pt-anna", ago(hours=1), "120 80 mmHg"))
    assert shown(any_clinic) == [("resolved", 1, 1)]
    assert [each.state for each in any_clinic.episodes()["pt-anna", "BP-SEV"]] == ["ended"]


def test_the_history_that_one_patient_needs_raises_nothing_for_another(any_clinic: Clinic) -> None:
    """Bert's flag reaches back to days at which Anna's was closed; her new episode is evaluated in the same batch."""
    any_clinic.enrol("pt-anna", "pt-bert")
    for patient, days in (("pt-anna", 8), ("pt-bert", 10)):
        any_clinic.take(pressure(patient, ago(days=days)))
        if patient == "pt-anna":
            close(any_clinic)
            for hours in (1, 2):
                any_clinic.take(pressure(patient, ago(days=days, hours=-hours), "120 80 mmHg"))
    any_clinic.store(pressure("pt-anna", ago(hours=1)), pressure("pt-bert", ago(hours=1)))
    any_clinic.evaluate("pt-anna", "pt-bert")
    assert [(flag.patient_id, flag.status, flag.episodes) for flag in any_clinic.flags(rule="BP-SEV")] == [
        ("pt-bert", "open", 1),
        ("pt-anna", "resolved", 1),
        ("pt-anna", "open", 1),
    ]


def test_lows_that_turn_out_to_be_frequent_wait_under_one_flag(any_clinic: Clinic) -> None:
    """Closed as moderate one by one; then it becomes known that the patient is on insulin."""
    any_clinic.enrol("pt-anna")
    for days in (30, 20, 10):
        any_clinic.take(fingerstick("pt-anna", ago(days=days), "60 mg/dL"))
        any_clinic.take(fingerstick("pt-anna", ago(days=days, hours=-1), "100 mg/dL"))
    assert {(flag.severity, flag.status) for flag in any_clinic.flags(rule="GLU-L1")} == {("MOD", "resolved")}
    any_clinic.state("pt-anna", "medication=insulin")
    any_clinic.settle()
    active = [flag for flag in any_clinic.flags(rule="GLU-L1") if flag.status != "withdrawn"]
    assert [(flag.severity, flag.status, flag.episodes) for flag in active] == [("HIGH", "open", 3)]
    any_clinic.now += timedelta(minutes=2)
    any_clinic.settle()
    assert broken_promises(any_clinic) == []


def test_the_worklist_is_ordered_as_a_nurse_works(any_clinic: Clinic) -> None:
    """The most severe first, of these the longest waiting."""
    any_clinic.enrol("pt-anna", "pt-bert", facts=["condition=heart_failure"])
    any_clinic.take(
        fingerstick("pt-anna", ago(hours=9)), pressure("pt-bert", ago(hours=2)), pressure("pt-anna", ago(hours=3)),
        weighing("pt-bert", ago(days=1), "80 kg"), weighing("pt-bert", ago(hours=8), "83 kg"),
    )  # fmt: skip
    with Session(any_clinic.engine) as session:
        found = [(flag.severity, flag.patient_id) for flag in list_flags(session)]
        urgent = [("CRIT", "pt-anna"), ("CRIT", "pt-bert"), ("HIGH", "pt-bert"), ("HIGH", "pt-bert")]
        assert found == [*urgent, ("MOD", "pt-anna")]
        assert [flag.rule for flag in list_flags(session, patient="pt-bert", severity="CRIT")] == ["BP-SEV"]
        assert len(list_flags(session, rule="BP-SEV", status=["open"])) == 2
        assert list_flags(session, status=["resolved"]) == []
        assert {flag.rule for flag in list_flags(session, since=ago(hours=4))} == {"BP-SEV"}


def test_after_a_resolution_the_rule_is_quiet_for_a_day_unless_it_gets_worse(clinic: Clinic) -> None:
    """Whatever the record loads for a new reading: the closed flag is of another day."""
    clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    clinic.take(weighing("pt-anna", ago(days=1)), weighing("pt-anna", ago(), "82.1 kg"))
    close(clinic, rule="WT-HF-3D")
    for hours, value, statuses in (
        (8, "79.9 kg", ["resolved"]),
        (9, "82.2 kg", ["resolved"]),
        (10, "79.9 kg", ["resolved"]),
        (11, "82.7 kg", ["resolved", "open"]),
    ):
        clinic.now = NOW + timedelta(hours=hours)
        clinic.take(weighing("pt-anna", ago() + timedelta(hours=hours), value))
        assert [each.status for each in clinic.flags(rule="WT-HF-3D")] == statuses, hours
    assert [each.episodes for each in clinic.flags(rule="WT-HF-3D")] == [2, 1]
