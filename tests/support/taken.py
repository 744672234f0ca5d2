"""Readings that a test says were taken, and where the simulator's oracle then expects episodes to start."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from simulators.oracle.expect import flags_expected
from simulators.plan import PlannedPatient, Taken

BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
NUMBERS = count()


def patient(*facts: tuple[str, str], zone: str = "UTC") -> PlannedPatient:
    return PlannedPatient("pt-1", "Ada Exampleton", zone, "any", facts, ())


FAILING = patient(("condition", "heart_failure"))


def reading(
    measure: str,
    minutes: float,
    values: Mapping[str, tuple[object, str]],
    context: Mapping[str, str] | None = None,
    *,
    said: str | None = None,
    expect: str = "stored",
) -> Taken:
    """One at `BEGIN` + `minutes`; `said` is the time on the device where it differs."""
    at = BEGIN + timedelta(minutes=minutes)
    sent = {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()}
    name = f"r-{next(NUMBERS)}"
    return Taken("pt-1", "device-1", measure, name, said or at.isoformat(), at, sent, context or {}, (), expect, ())


def bp(minutes: float, systolic: float, diastolic: float, unit: str = "mmHg", **more: Any) -> Taken:
    return reading("blood_pressure", minutes, {"systolic": (systolic, unit), "diastolic": (diastolic, unit)}, **more)


def stick(minutes: float, value: object, unit: str = "mg/dL", **more: Any) -> Taken:
    return reading("glucose", minutes, {"glucose": (value, unit)}, {"specimen": "capillary"}, **more)


def cgm(minutes: float, value: object, unit: str = "mg/dL", **more: Any) -> Taken:
    return reading("glucose", minutes, {"glucose": (value, unit)}, {"specimen": "interstitial"}, **more)


def weight(days: float, value: float, unit: str = "kg", **more: Any) -> Taken:
    return reading("weight", days * 1440, {"weight": (value, unit)}, **more)


def night(days: float, ahi: float, **more: Any) -> Taken:
    return reading("sleep", days * 1440, {"ahi": (ahi, "/h")}, **more)


def starts(rule: str, taken: list[Taken], who: PlannedPatient = FAILING) -> list[int]:
    """Positions in `taken` at which an episode of the rule starts."""
    expected = flags_expected([who], taken)
    return [n for n, one in enumerate(taken) if rule in expected.get((one.device, one.id or ""), ())]
