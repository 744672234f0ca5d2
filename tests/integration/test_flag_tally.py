"""Flags raised and withdrawn are counted as they are committed, by rule and severity."""

import pytest

from flags.evaluate import evaluate
from flags.tally import FlagTally
from tests.support.clinics import Clinic, ago, pressure

KINDS = {("BP-SEV", "CRIT"): 1, ("BP-G3", "HIGH"): 1}


@pytest.fixture
def tally() -> FlagTally:
    return FlagTally()


def judge(clinic: Clinic, tally: FlagTally) -> None:
    evaluate(clinic.workers[0].engine, ["pt-anna"], clock=clinic.clock, tally=tally)


def test_a_flag_is_counted_once_when_raised_and_once_when_withdrawn(clinic: Clinic, tally: FlagTally) -> None:
    clinic.enrol("pt-anna")
    clinic.store(pressure("pt-anna", ago(hours=2), "190 100 mmHg"))
    judge(clinic, tally)
    clinic.store(pressure("pt-anna", ago(hours=1), "192 100 mmHg"))
    judge(clinic, tally)
    assert (tally.raised, tally.withdrawn) == (KINDS, {})
    clinic.run("DELETE FROM reading")
    clinic.store(pressure("pt-anna", ago(hours=3), "120 80 mmHg"))
    judge(clinic, tally)
    assert (tally.raised, tally.withdrawn, tally.failures) == (KINDS, KINDS, 0)


def test_an_evaluation_that_raises_is_a_failure_and_no_flag(clinic: Clinic, tally: FlagTally) -> None:
    clinic.enrol("pt-anna")
    clinic.store(pressure("pt-anna", ago(hours=2), "190 100 mmHg"))
    clinic.run("UPDATE reading SET as_sent = '{\"systolic\": 5}'")
    judge(clinic, tally)
    assert (tally.raised, tally.failures) == ({}, 1)
