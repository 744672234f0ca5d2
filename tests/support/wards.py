"""Series of readings stored by the write path itself, and reports of them: recordings in seconds, no broker."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, handed_over
from models.engine import open_writer
from registry.assignments import assign_device
from registry.devices import enrol_device
from registry.facts import set_fact
from registry.holders import Holders
from registry.patients import enrol_patient
from reports.report import Options
from reports.run import Report, Wish, run_report
from simulators.columns import parse_map
from simulators.read_csv import readings_from_csv
from tests.support.schemas import faults

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT_MOST = 250  # readings a message, which may have 64 KiB
UNITS = {
    "systolic": "mmHg", "diastolic": "mmHg", "pulse": "/min", "glucose": "mg/dL", "weight": "kg", "ahi": "/h",
    "central_ahi": "/h", "odi": "/h", "spo2_mean": "%", "spo2_min": "%", "leak": "L/min", "pressure": "cmH2O",
}  # fmt: skip


def taken(given_id: str, at: datetime, unit: str = "", **values: Any) -> dict[str, Any]:
    """A reading as a device says it; `unit` instead of the usual one (minutes where there is none)."""
    said = {name: {"value": value, "unit": unit or UNITS.get(name, "min")} for name, value in values.items()}
    return {"id": given_id, "measured_at": at.isoformat(), "values": said}


@dataclass(slots=True)
class Ward:
    """`now` is everybody's clock; a test moves it. Each patient has one device, named after them."""

    engine: Engine
    now: datetime = NOW
    holders: Holders = field(default_factory=Holders)

    def admit(self, patient: str, zone: str = "UTC", facts: Sequence[str] = ()) -> str:
        """Answers the device."""
        with Session(self.engine) as session, session.begin():
            enrol_patient(session, name=patient.title(), zone=zone, now=self.now, patient_id=patient)
            for name, _, value in (fact.partition("=") for fact in facts):
                set_fact(session, patient, name, value, author="test", now=self.now)
        return self.equip(patient, f"device-of-{patient}")

    def equip(self, patient: str, device: str, from_at: datetime | None = None, model: str = "any") -> str:
        with Session(self.engine) as session, session.begin():
            enrol_device(session, device, model, now=self.now)
        return self.hand(device, patient, from_at)

    def hand(self, device: str, patient: str, from_at: datetime | None = None) -> str:
        with Session(self.engine) as session, session.begin():
            assign_device(session, device, patient, now=self.now, from_at=from_at)
        return device

    def send(self, device: str, measure: str, texts: Iterable[str]) -> list[str]:
        """Texts of readings, in as many messages as they need; answers the verdicts, codes for what was refused."""
        rest, verdicts = iter(texts), []
        while part := list(islice(rest, AT_MOST)):
            payload = f"[{','.join(part)}]".encode()
            delivery = handed_over(f"hearthline/v1/up/{device}/{measure}", payload, self.now)
            batch = [Decoding(delivery, decode(payload, delivery.topic, self.now))]
            settled = commit(self.engine, batch, self.holders, lambda: self.now)
            verdicts += [each.code or each.verdict for one in settled for each in one.verdicts]
        return verdicts

    def take(self, device: str, measure: str, *readings: Mapping[str, Any]) -> list[str]:
        return self.send(device, measure, map(json.dumps, readings))

    def replay(self, device: str, file: Path, columns: str, zone: str, measure: str = "glucose", **more: Any) -> None:
        """A recording, every reading of which must be stored, but those of hours that a zone does not have."""
        read = readings_from_csv(file, parse_map(columns, measure), zone=ZoneInfo(zone), **more)
        verdicts = Counter(self.send(device, measure, (each.text for each in read)))
        assert verdicts.keys() <= {"stored", "decode.offset_missing"}, verdicts

    def report(self, report: str, patient: str, days: int | None = None, **more: Any) -> Report:
        """`until`, `cursor` and any option."""
        wish = {name: more.pop(name) for name in ("until", "cursor") if name in more}
        with Session(self.engine) as session:
            return run_report(session, Wish(report, patient, days, **wish, options=Options(**more)), self.now)

    def told(self, report: str, patient: str, days: int | None = None, **more: Any) -> dict[str, Any]:
        """The report as a program reads it, held to its schema."""
        told = msgspec.json.decode(msgspec.json.encode(self.report(report, patient, days, **more).content))
        assert isinstance(told, dict)
        assert faults(told) == []
        return told


def every(minutes: float, since: datetime, count: int) -> list[datetime]:
    return [since + timedelta(minutes=minutes) * n for n in range(count)]


@contextmanager
def ward_at(url: str) -> Iterator[Ward]:
    engine = open_writer(url)
    try:
        yield Ward(engine)
    finally:
        engine.dispose()


@pytest.fixture
def ward(sqlite_database: str) -> Iterator[Ward]:
    with ward_at(sqlite_database) as one:
        yield one


@pytest.fixture
def any_ward(database_url: str) -> Iterator[Ward]:
    """Once on each database."""
    with ward_at(database_url) as one:
        yield one
