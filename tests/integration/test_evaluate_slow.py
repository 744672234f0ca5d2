"""Rules that look at weeks are put off while there is more to do, and not forgotten (ADR 0030)."""

from datetime import timedelta

from flags.sweep import PUT_OFF
from tests.support.clinics import Clinic, Taken, ago, broken_promises, pressure

WEEK = [ago(days=days, hours=hours) for days in (4, 3, 2, 1) for hours in (14, 13, 2, 1)]


def raised(clinic: Clinic) -> set[str]:
    return {flag.rule for flag in clinic.flags()}


def put_off(clinic: Clinic) -> list[timedelta]:
    """From where on, before now, by row of the queue."""
    return [clinic.now - due for _, _, why, due in clinic.queue() if why == "slow"]


def high(patient: str = "pt-anna") -> list[Taken]:
    """A mean of 150/90 on four days, and one severe reading."""
    return [pressure(patient, at, "150 90 mmHg") for at in WEEK] + [pressure(patient, ago(minutes=5), "185 100 mmHg")]


def test_what_is_urgent_is_flagged_and_the_mean_of_a_week_is_put_off(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.store(*high())
    assert any_clinic.evaluate("pt-anna", slow=False) == {"pt-anna"}
    assert "BP-SEV" in raised(any_clinic)
    assert "BP-HOME-EU" not in raised(any_clinic)
    assert len(put_off(any_clinic)) == 1


def test_it_is_judged_with_what_comes_next(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.store(*high())
    any_clinic.evaluate("pt-anna", slow=False)
    assert any_clinic.evaluate("pt-anna") == set()
    assert {"BP-SEV", "BP-HOME-EU", "BP-HOME-US"} <= raised(any_clinic)
    assert put_off(any_clinic) == []
    assert broken_promises(any_clinic) == []


def test_who_put_it_off_and_died_leaves_it_to_a_sweep_a_minute_later(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.store(*high())
    any_clinic.evaluate("pt-anna", slow=False)
    any_clinic.now += PUT_OFF - timedelta(seconds=1)
    any_clinic.sweep()
    assert "BP-HOME-EU" not in raised(any_clinic)
    any_clinic.now += timedelta(seconds=2)
    any_clinic.sweep()
    assert "BP-HOME-EU" in raised(any_clinic)


def test_it_is_put_off_once_unless_older_readings_come(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    older, *newer = high()
    for number, taken in enumerate(newer):
        any_clinic.store(taken)
        any_clinic.evaluate("pt-anna", slow=False)
        assert len(put_off(any_clinic)) == 1, number
    any_clinic.store(older)
    any_clinic.evaluate("pt-anna", slow=False)
    assert len(put_off(any_clinic)) == 2
    any_clinic.evaluate("pt-anna")
    assert put_off(any_clinic) == []
    assert broken_promises(any_clinic) == []


def test_nothing_is_put_off_of_a_stream_without_slow_rules(any_clinic: Clinic) -> None:
    any_clinic.enrol("pt-anna")
    any_clinic.store(Taken("pt-anna", "glucose", "g-1", ago(hours=1), "45 mg/dL"))
    assert any_clinic.evaluate("pt-anna", slow=False) == set()
    assert "GLU-L2" in raised(any_clinic)
