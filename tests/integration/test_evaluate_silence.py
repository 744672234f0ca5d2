"""Silence and waiting: what time alone brings, judged by the sweep."""

from datetime import timedelta

import pytest

from flags.sweep import look_again_at_all, sweep
from models.life import is_behind
from tests.support import lives
from tests.support.clinics import NOW, Clinic, ago, broken_promises, fingerstick, pressure, weighing

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def states(clinic: Clinic, rule: str) -> list[tuple[str, str]]:
    return [(flag.severity, flag.status) for flag in clinic.flags(rule=rule) if flag.status != "withdrawn"]


def timers(clinic: Clinic) -> list[tuple[str, str, timedelta]]:
    return [(patient, stream, due - clinic.now) for patient, stream, why, due in clinic.queue() if why == "timer"]


def test_ingest_does_not_judge_the_open_gap(any_clinic: Clinic) -> None:
    """A device that sends its backlog, oldest first, is not silent."""
    any_clinic.enrol("pt-anna")
    for days in (30, 29, 20):
        any_clinic.take(pressure("pt-anna", ago(days=days), "120 80 mmHg"))
    assert states(any_clinic, "NODATA-BP") == [("MOD", "resolved")], "the gap of nine days that a reading ended"
    assert timers(any_clinic) == [("pt-anna", "blood_pressure", MINUTE)]


def test_silence_grows_through_its_tiers_and_ends_with_a_reading(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    any_clinic.take(weighing("pt-anna", ago()))
    seen = []
    for hours in range(0, 24 * 7, 6):
        any_clinic.now = NOW + timedelta(hours=hours)
        any_clinic.settle()
        if states(any_clinic, "NODATA-WT") != seen[-1:]:
            seen += states(any_clinic, "NODATA-WT")
    assert seen == [("INFO", "open"), ("MOD", "open"), ("HIGH", "open")]
    any_clinic.take(weighing("pt-anna", any_clinic.now.replace(microsecond=0)))
    assert states(any_clinic, "NODATA-WT") == [("HIGH", "resolved")]
    assert broken_promises(any_clinic) == []


@pytest.mark.parametrize("days", [0, 1.9, 2.1, 3.1, 9])
def test_each_stream_keeps_one_timer_and_none_after_the_last_tier(any_clinic: Clinic, days: float) -> None:
    any_clinic.enrol("pt-anna", facts=["condition=heart_failure"])
    for hours in (3, 2, 1):
        any_clinic.take(weighing("pt-anna", ago(hours=hours)), pressure("pt-anna", ago(hours=hours), "120 80 mmHg"))
    any_clinic.now += timedelta(days=days)
    any_clinic.settle()
    silent = days * DAY + timedelta(hours=1, microseconds=77)
    limits = {"blood_pressure": [3, 7], "weight": [2, 3, 5]}
    nexts = {stream: [each * DAY for each in of if each * DAY > silent][:1] for stream, of in limits.items()}
    assert timers(any_clinic) == [
        ("pt-anna", stream, limit - silent) for stream, found in nexts.items() for limit in found
    ]
    assert len(any_clinic.queue()) == len(timers(any_clinic))


def test_a_reading_of_a_silent_patient_leaves_one_timer(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(days=8), "120 80 mmHg"))
    any_clinic.now += 2 * MINUTE
    any_clinic.settle()
    assert states(any_clinic, "NODATA-BP") == [("MOD", "open")]
    any_clinic.take(pressure("pt-anna", ago(days=5), "120 80 mmHg"))
    assert states(any_clinic, "NODATA-BP") == [("INFO", "open")], "a silence once judged stays judged"
    assert [reason for _, _, reason, _ in any_clinic.queue()] == ["timer"]
    any_clinic.take(pressure("pt-anna", ago(hours=5), "120 80 mmHg"))
    assert states(any_clinic, "NODATA-BP") == [("INFO", "resolved")]
    assert [reason for _, _, reason, _ in any_clinic.queue()] == ["timer"]


def live(clinic: Clinic, seconds: int = 60, waiting: timedelta | None = None) -> None:
    """An ingest process signs every second up to now; `waiting` is how long its oldest message has waited."""
    for second in range(seconds, -1, -1):
        now = clinic.now - timedelta(seconds=second)
        with clinic.engine.begin() as connection:
            lives.live(connection, now=now, oldest_waiting=None if waiting is None else now - waiting)


def test_silence_is_not_judged_while_ingest_is_behind(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(), "120 80 mmHg"))
    any_clinic.now += 4 * DAY
    live(any_clinic, waiting=timedelta(seconds=16))
    assert any_clinic.sweep() == 0
    any_clinic.state("pt-anna", "condition=hypertension")
    any_clinic.settle()
    assert states(any_clinic, "NODATA-BP") == [], "nor when something else is due"
    any_clinic.now += 2 * MINUTE
    live(any_clinic, waiting=timedelta(seconds=15))
    any_clinic.settle()
    assert states(any_clinic, "NODATA-BP") == [("INFO", "open")]


@pytest.mark.parametrize("left_a_row", [True, False])
def test_silence_is_not_judged_before_the_backlog_of_an_outage_is_in(clinic: Clinic, left_a_row: bool) -> None:
    """Ingest was down for 26 hours; what devices sent meanwhile waits at the broker (P10)."""
    clinic.enrol("pt-anna")
    clinic.take(pressure("pt-anna", ago(days=2), "120 80 mmHg"))
    live(clinic, 3)
    clinic.now += timedelta(hours=26)
    if not left_a_row:
        with clinic.engine.begin() as connection:
            lives.end(connection, now=clinic.now)
    live(clinic, 14)
    assert clinic.sweep() == 0
    clinic.take(*(pressure("pt-anna", ago(hours=hours), "120 80 mmHg") for hours in (-2, -20)))
    live(clinic, 60)
    clinic.settle()
    assert clinic.flags() == []


def test_what_is_not_silence_is_judged_though_ingest_is_behind(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.store(pressure("pt-anna", ago(hours=1)))
    live(clinic, waiting=DAY)
    clinic.settle()
    assert states(clinic, "BP-SEV") == [("CRIT", "open")]


def test_a_process_that_ends_on_purpose_is_not_behind(clinic: Clinic) -> None:
    with clinic.engine.begin() as connection:
        lives.live(connection, now=NOW, oldest_waiting=NOW - DAY)
        assert is_behind(connection, "ingest", NOW)
        lives.end(connection, now=NOW)
        assert not is_behind(connection, "ingest", NOW)


def test_control_solution_does_not_postpone_silence(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(fingerstick("pt-anna", ago(hours=1), "100 mg/dL", kind="test"))
    any_clinic.take(fingerstick("pt-anna", ago(days=4), "100 mg/dL"))
    assert timers(any_clinic) == [("pt-anna", "glucose", MINUTE)]
    any_clinic.now += 2 * MINUTE
    any_clinic.settle()
    assert states(any_clinic, "NODATA-GLU") == [("MOD", "open")]
    assert broken_promises(any_clinic) == []


def test_control_solution_does_not_end_silence(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    for days, kind in ((4, "patient"), (1, "control_solution"), (0, "patient")):
        any_clinic.take(fingerstick("pt-anna", ago(days=days), "100 mg/dL", kind=kind))
    assert states(any_clinic, "NODATA-GLU") == [("MOD", "resolved")]


def test_facts_that_become_known_later_count_for_what_is_stored(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(weighing("pt-anna", ago(days=5), "80 kg"), weighing("pt-anna", ago(days=4), "82.5 kg"))
    any_clinic.now += 2 * MINUTE
    any_clinic.settle()
    assert any_clinic.flags() == []
    any_clinic.state("pt-anna", "condition=heart_failure")
    any_clinic.settle()
    assert states(any_clinic, "WT-HF-3D") == [("HIGH", "open")]
    assert states(any_clinic, "NODATA-WT") == [("MOD", "open")]


def test_a_fact_counts_from_its_own_date_only(clinic: Clinic) -> None:
    clinic.enrol("pt-anna")
    clinic.take(weighing("pt-anna", ago(days=5), "80 kg"), weighing("pt-anna", ago(days=4), "82.5 kg"))
    clinic.state("pt-anna", "condition=heart_failure", from_at=ago(days=3))
    clinic.settle()
    assert clinic.flags() == []


def test_a_severe_pressure_is_confirmed_by_time_alone(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(minutes=1)))
    [flag] = any_clinic.flags(rule="BP-SEV")
    assert (flag.status, flag.awaiting_confirmation) == ("open", True)
    any_clinic.now = ago() + 14 * MINUTE - timedelta(microseconds=1)
    assert any_clinic.sweep() == 0
    any_clinic.now += timedelta(microseconds=1)
    any_clinic.settle()
    [flag] = any_clinic.flags(rule="BP-SEV")
    assert (flag.status, flag.awaiting_confirmation, flag.not_confirmed) == ("open", False, False)


def test_a_late_repeat_dismisses_what_time_had_confirmed(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.take(pressure("pt-anna", ago(hours=1)))
    assert [flag.awaiting_confirmation for flag in any_clinic.flags(rule="BP-SEV")] == [False]
    any_clinic.take(pressure("pt-anna", ago(minutes=50), "130 80 mmHg"))
    [flag] = any_clinic.flags(rule="BP-SEV")
    assert (flag.status, flag.not_confirmed, flag.ended) == ("open", True, True)
    assert broken_promises(any_clinic) == []


def test_a_repeat_in_time_settles_it(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(pressure("pt-anna", ago(minutes=4)), pressure("pt-bert", ago(minutes=4)))
    any_clinic.take(pressure("pt-anna", ago()), pressure("pt-bert", ago(), "150 90 mmHg"))
    anna, bert = (any_clinic.flags(patient, "BP-SEV")[0] for patient in ("pt-anna", "pt-bert"))
    assert (anna.awaiting_confirmation, anna.not_confirmed, anna.breaches) == (False, False, 2)
    assert (bert.awaiting_confirmation, bert.not_confirmed, bert.breaches) == (False, True, 1)
    assert [reason for _, _, reason, _ in any_clinic.queue()] == ["timer", "timer"]


def test_a_clock_that_was_set_forward_raises_no_flood(any_clinic: Clinic) -> None:
    """After a step nobody knows which time is right (C2)."""
    any_clinic.enrol("pt-anna", "pt-bert")
    any_clinic.take(*(pressure(each, ago(days=2), "120 80 mmHg") for each in ("pt-anna", "pt-bert")))
    any_clinic.now += DAY + MINUTE
    assert sweep(any_clinic.engine, clock=any_clinic.clock, judge_silence=False) == 0
    assert any_clinic.flags() == []
    any_clinic.settle()
    assert states(any_clinic, "NODATA-BP") == [("INFO", "open")] * 2


def test_what_a_clock_in_the_future_put_off_is_looked_at_when_it_is_set_back(any_clinic: Clinic) -> None:
    right = any_clinic.now
    any_clinic.enrol("pt-anna")
    any_clinic.now = right + 10 * DAY
    any_clinic.take(pressure("pt-anna", ago(days=4), "120 80 mmHg"))
    any_clinic.now = right
    assert any_clinic.sweep() == 0, "its wake-up is ten days away"
    look_again_at_all(any_clinic.engine, any_clinic.now)
    any_clinic.settle()
    assert states(any_clinic, "NODATA-BP") == [("INFO", "open")]
