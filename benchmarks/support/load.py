"""What the benchmarks send: 200 patients with a device each, four measures, one reading a message, in order of time."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

PATIENTS = 200
MEASURES = ("blood_pressure", "glucose", "weight", "sleep")
EVERY = {"blood_pressure": 6, "glucose": 6, "weight": 24, "sleep": 24}  # hours


def measured_by(patient: int) -> str:
    return MEASURES[patient % len(MEASURES)]


def device(patient: int) -> str:
    return f"bench-device-{patient:04}"


def messages(count: int, seed: int = 1, patients: int = PATIENTS) -> Iterator[tuple[str, str]]:
    """`count` (topic, payload), every device in turn, its readings as far apart as such devices measure, up to now."""
    chance, now, turns = random.Random(seed), datetime.now(UTC), count // patients + 1
    for number in range(count):
        turn, patient = divmod(number, patients)
        measure = measured_by(patient)
        at = now - timedelta(hours=EVERY[measure]) * (turns - turn)
        body = {
            "id": f"bench-{seed}-{number:07}",
            "seq": turn,
            "measured_at": at.isoformat(timespec="seconds"),
            "values": {},
        }
        body.update(reading(measure, at, chance))
        yield f"hearthline/v1/up/{device(patient)}/{measure}", json.dumps(body)


def crisis(patient: int, name: str) -> tuple[str, str]:
    """(topic, payload) of a blood pressure that raises a flag by itself, measured now."""
    values = {"systolic": {"value": 195, "unit": "mmHg"}, "diastolic": {"value": 125, "unit": "mmHg"}}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    body = {"id": name, "seq": 0, "measured_at": at, "values": values}
    return f"hearthline/v1/up/{device(patient)}/blood_pressure", json.dumps(body)


def reading(measure: str, at: datetime, chance: random.Random) -> dict[str, object]:
    values = {
        "blood_pressure": lambda: {
            "systolic": (max(90, chance.gauss(135, 18)), "mmHg"),
            "diastolic": (75, "mmHg"),
            "pulse": (70, "/min"),
        },
        "glucose": lambda: {"glucose": (max(30, chance.gauss(140, 30)), "mg/dL")},
        "weight": lambda: {"weight": (chance.gauss(80, 1), "kg")},
        "sleep": lambda: {
            "total_sleep": (425, "min"),
            "time_in_bed": (470, "min"),
            "ahi": (chance.uniform(1, 4), "/h"),
        },
    }[measure]()
    more = {"started_at": (at - timedelta(hours=8)).isoformat(timespec="seconds")} if measure == "sleep" else {}
    return {"values": {name: {"value": round(value), "unit": unit} for name, (value, unit) in values.items()}, **more}
