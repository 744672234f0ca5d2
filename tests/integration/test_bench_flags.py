"""The benchmark of flags on a few days of a small panel: everything that the simulator meant is found, no more."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.places import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    command = [sys.executable, "benchmarks/flags.py", "--seed", "9001", "--patients", "20", "--days", "10", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_every_critical_episode_is_flagged(said: dict[str, Any]) -> None:
    assert said["crit_recall"] == 1.0


def test_nothing_is_missed_and_nothing_is_made_up(said: dict[str, Any]) -> None:
    wrong = {rule: each for rule, each in said["rules"].items() if each["spurious"] or each["found"] < each["truth"]}
    assert wrong == {}
    assert said["precision"] == 1.0


def test_the_burden_is_counted(said: dict[str, Any]) -> None:
    counted = said["flags_per_100_patients_day_by_severity"]
    above = sum(count for severity, count in counted.items() if severity != "INFO")
    assert said["flags_per_100_patients_day"] == pytest.approx(above, abs=0.01)
    assert above > 0
