"""The record of the reports benchmark: a SQLite file filled by executemany, its indexes made afterwards, because taking
in millions of readings by the write path would last longer than all that is measured."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert

from hearthline.database import upgrade
from models.dialect import SQLITE
from models.engine import open_writer
from models.keys import new_id
from models.tables import Device, DeviceAssignment, Patient, PatientFact
from registry.beginning import BEGINNING

UNTIL = datetime(2026, 3, 20, tzinfo=UTC)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "America/Chicago")
HOURS = {"blood_pressure": (7.0, 7.05, 20.0, 20.05), "weight": (6.5,), "sleep": (6.2,)}
SENSED = tuple(n / 12 for n in range(288))
EVERY_FIFTH = 5  # patient has a sensor
VALUES = {
    "blood_pressure": {"systolic": "mmHg", "diastolic": "mmHg", "pulse": "/min"}, "weight": {"weight": "kg"},
    "cgm": {"glucose": "mg/dL"},
    "sleep": {"total_sleep": "min", "time_in_bed": "min", "therapy_time": "min", "ahi": "/h", "odi": "/h"},
}  # fmt: skip
FACTS = {"condition": "heart_failure", "dry_weight": "80", "therapy": "cpap"}
COLUMNS = (
    "id", "message_id", "device_id", "patient_id", "assignment_id", "measure", "stream", "given_id", "started_at",
    "measured_at", "utc_offset", "device_time", "time_source", "time_quality", "received_at", "stored_at", "quality",
    "context", "as_sent", "content_digest",
)  # fmt: skip
NOTHING = "0" * 32
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Size:
    patients: int
    days: int

    def names(self) -> list[str]:
        return [f"bench-{number:04}" for number in range(self.patients)]


def fill(url: str, size: Size) -> int:
    """Answers how many readings there are: a cuff, a scale and nights for all, a sensor for every fifth patient."""
    upgrade(url)
    _register(url, size)
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    listed = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'reading' AND sql LIKE 'CREATE%INDEX%'"
    later = file.execute(listed).fetchall()
    hasty = "PRAGMA synchronous=OFF", "PRAGMA cache_size=-100000", *(f"DROP INDEX {name}" for name, _ in later)
    for statement in hasty:
        file.execute(statement)
    count = sum(_write(file, number, size) for number in range(size.patients))
    for statement in (*(text for _, text in later), "ANALYZE"):
        file.execute(statement)
    file.close()
    return count


def _register(url: str, size: Size) -> None:
    engine, names = open_writer(url), size.names()
    people = [
        {"id": each, "name": f"Bench {each}", "zone": ZONES[n % 4], "enrolled_at": UNTIL}
        for n, each in enumerate(names)
    ]
    devices = [{"id": f"device-of-{each}", "model": "bench", "enrolled_at": UNTIL} for each in names]
    since = {"from_at": BEGINNING}
    held = [since | {"id": new_id(UNTIL), "device_id": f"device-of-{each}", "patient_id": each} for each in names]
    said = since | {"author": "benchmark", "recorded_at": BEGINNING}
    facts = [
        said | {"id": new_id(UNTIL), "patient_id": each, "name": name, "value": value}
        for each in names for name, value in FACTS.items()
    ]  # fmt: skip
    with engine.begin() as connection:
        for table, rows in ((Patient, people), (Device, devices), (DeviceAssignment, held), (PatientFact, facts)):
            connection.execute(insert(table), rows)
    engine.dispose()


def _write(file: sqlite3.Connection, number: int, size: Size) -> int:
    chance, count = random.Random(number), 0
    streams: dict[str, Sequence[float]] = {**HOURS} if number % EVERY_FIFTH else {**HOURS, "cgm": SENSED}
    file.execute("BEGIN")
    for stream, hours in streams.items():
        columns = (*COLUMNS, *VALUES[stream])
        rows = list(_rows(stream, number, size, hours, chance))
        file.executemany(f"INSERT INTO reading ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)
        count += len(rows)
    file.execute("COMMIT")
    return count


def _numbers(stream: str, chance: random.Random) -> Iterator[tuple[float, ...]]:
    """One after another: a sensor's wander, the others lie about a level of the patient's own."""
    level, glucose = chance.gauss(138, 14), 150.0
    while True:
        if stream == "blood_pressure":
            over = min(max(round(chance.gauss(level, 9)), 90), 210)
            yield over, round(over * 0.62), round(chance.gauss(72, 5))
        elif stream == "weight":
            yield (round(chance.gauss(81, 0.6), 1),)
        elif stream == "sleep":
            yield round(chance.gauss(400, 20)), 470, round(chance.gauss(320, 45)), round(abs(chance.gauss(6, 2)), 1), 9
        else:
            glucose = min(max(glucose + chance.gauss(0, 5) + (150 - glucose) * 0.01, 41), 390)
            yield (round(glucose),)


def _rows(stream: str, number: int, size: Size, hours: Sequence[float], chance: random.Random) -> Iterator[Row]:
    name, begun = f"bench-{number:04}", UNTIL - timedelta(days=size.days)
    offsets, numbers, units = (
        [timedelta(hours=hour) for hour in hours],
        _numbers(stream, chance),
        VALUES[stream].items(),
    )
    context = '{"specimen":"interstitial"}' if stream == "cgm" else "{}"
    instants = (begun + timedelta(days=day) + offset for day in range(size.days) for offset in offsets)
    for place, at in enumerate(instants):
        values = next(numbers)
        said, later = SQLITE.instant(at), SQLITE.instant(at + timedelta(seconds=40))
        started = SQLITE.instant(at - timedelta(minutes=480)) if stream == "sleep" else None
        sent = ",".join(f'"{each}":["{value}","{unit}"]' for (each, unit), value in zip(units, values, strict=True))
        key, measure = f"{number:08x}{len(stream):02x}{place:06x}", "glucose" if stream == "cgm" else stream
        yield (
            f"{key:0<32}", NOTHING, f"device-of-{name}", name, NOTHING, measure, stream, f"{stream}-{place:06}",
            started, said, 60, said, "device", "good", later, later, "[]", context, f"{{{sent}}}",
            sha256(key.encode()).hexdigest(), *map(float, values),
        )  # fmt: skip
